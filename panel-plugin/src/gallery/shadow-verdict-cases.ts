import { casesOf, number, range, share, text } from './gallery-case';

interface Row {
  readonly champion: string;
  readonly challenger: string;
  readonly count: number;
}

function frame(rows: readonly Row[], verdict: string) {
  const first = <Value>(value: Value) => rows.map((_, index) => (index === 0 ? value : null));
  return {
    name: 'shadow',
    fields: [
      text(
        'champion',
        rows.map(({ champion }) => champion),
      ),
      text(
        'challenger',
        rows.map(({ challenger }) => challenger),
      ),
      number(
        'count',
        rows.map(({ count }) => count),
        { unit: 'none', links: [{ title: 'Disagreements', url: '/d/modelwatch-debug?var-output=${__data.fields.champion}' }] },
      ),
      text('verdict', first(verdict)),
      number('difference', first(0.021), { unit: 'percentunit', decimals: 1 }),
      number('lower', first(0.011), { unit: 'percentunit', decimals: 1 }),
      number('upper', first(0.031), { unit: 'percentunit', decimals: 1 }),
    ],
  };
}

const OUTPUTS = ['pay', 'review', 'refuse'];
const COUNTS = [8120, 214, 31, 96, 1180, 77, 12, 140, 640];
const USUAL = OUTPUTS.flatMap((champion, row) =>
  OUTPUTS.map((challenger, column) => ({ champion, challenger, count: COUNTS[row * 3 + column] ?? 0 })),
);

export const shadowVerdictCases = casesOf({
  view: 'shadow-verdict',
  usual: [frame(USUAL, 'better')],
  insufficient: [
    frame(
      USUAL.map((row) => ({ ...row, count: Math.round(row.count / 200) })),
      'insufficient_data',
    ),
  ],
  many: [
    frame(
      range(45).flatMap((row) =>
        range(45).map((column) => ({
          champion: `class ${row}`,
          challenger: `class ${column}`,
          count: row === column ? 900 - row * 15 : Math.round(12 * share(row * 45 + column)),
        })),
      ),
      'equal',
    ),
  ],
  names: ['champion', 'challenger', 'verdict'],
});
