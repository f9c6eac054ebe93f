import { casesOf, number, range, share, text } from './gallery-case';

interface Row {
  readonly bin: string;
  readonly kind: string | null;
  readonly reference: number;
  readonly current: number;
}

const frame = (rows: readonly Row[]) => ({
  name: 'distribution',
  fields: [
    text(
      'bin',
      rows.map(({ bin }) => bin),
    ),
    text(
      'kind',
      rows.map(({ kind }) => kind),
    ),
    number(
      'reference',
      rows.map(({ reference }) => reference),
      { unit: 'short' },
    ),
    number(
      'current',
      rows.map(({ current }) => current),
      { unit: 'short', links: [{ title: 'Failing samples', url: '/d/modelwatch-debug?var-bin=${__data.fields.bin}' }] },
    ),
  ],
});

const EDGES = [0, 12, 18, 25, 31, 38, 46, 55, 70, 96];
const CURRENT = [310, 420, 560, 720, 980, 1250, 1490, 1610, 1420, 1180];

const USUAL: readonly Row[] = [
  ...EDGES.map((edge, index) => ({
    bin: index === EDGES.length - 1 ? `${edge} and more` : `${edge} to ${EDGES[index + 1]}`,
    kind: null,
    reference: 1000,
    current: CURRENT[index] ?? 0,
  })),
  { bin: 'missing', kind: 'missing', reference: 80, current: 410 },
  { bin: 'unseen', kind: 'unseen', reference: 0, current: 60 },
];

export const distributionCases = casesOf({
  view: 'distribution',
  usual: [frame(USUAL)],
  insufficient: [frame(USUAL.map((row) => ({ ...row, current: Math.round(row.current / 150) })))],
  many: [
    frame(
      range(260).map((index) => ({
        bin: `category ${index}`,
        kind: index === 255 ? 'missing' : index === 256 ? 'unseen' : null,
        reference: Math.round(2000 * Math.exp(-index / 60)),
        current: Math.round(2000 * Math.exp(-index / 60) * (0.6 + 0.8 * share(index))),
      })),
    ),
  ],
  names: ['bin'],
});
