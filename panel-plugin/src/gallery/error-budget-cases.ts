import { FieldConfig, ThresholdsMode } from '@grafana/data';
import { casesOf, number, range, share, text } from './gallery-case';

const LEFT: FieldConfig = {
  unit: 'percentunit',
  decimals: 0,
  color: { mode: 'thresholds' },
  thresholds: {
    mode: ThresholdsMode.Absolute,
    steps: [
      { value: -Infinity, color: 'red' },
      { value: 0, color: 'orange' },
      { value: 0.25, color: 'green' },
    ],
  },
  links: [{ title: 'On call', url: '/d/modelwatch-on-call?var-model=${__data.fields.model}' }],
};

interface Budget {
  readonly model: string;
  readonly slo: string;
  readonly objective: number;
  readonly left: number | null;
  readonly burns: ReadonlyArray<number | null>;
  readonly seconds: number | null;
}

/** The Site Reliability Workbook, table 5-8. */
const BARS: ReadonlyArray<readonly [window: string, bar: number]> = [
  ['5m', 14.4],
  ['1h', 14.4],
  ['6h', 6],
  ['1d', 3],
  ['3d', 1],
];

function frame(budgets: readonly Budget[]) {
  const rows = budgets.flatMap((budget) =>
    BARS.map(([window, bar], index) => ({ ...budget, window, bar, burn: budget.burns[index] ?? null })),
  );
  return {
    name: 'error budget',
    fields: [
      text(
        'model',
        rows.map(({ model }) => model),
      ),
      text(
        'slo',
        rows.map(({ slo }) => slo),
      ),
      number(
        'objective',
        rows.map(({ objective }) => objective),
        { unit: 'percentunit', decimals: 2 },
      ),
      number(
        'budgetLeft',
        rows.map(({ left }) => left),
        LEFT,
      ),
      text(
        'window',
        rows.map(({ window }) => window),
      ),
      number(
        'burn',
        rows.map(({ burn }) => burn),
        { decimals: 1, unit: 'none' },
      ),
      number(
        'bar',
        rows.map(({ bar }) => bar),
        { decimals: 1, unit: 'none' },
      ),
      number(
        'timeToExhaustion',
        rows.map(({ seconds }) => seconds),
        { unit: 's', decimals: 1 },
      ),
    ],
  };
}

const USUAL: readonly Budget[] = [
  { model: 'fraud', slo: 'availability', objective: 0.999, left: 0.41, burns: [19.6, 15.1, 4.2, 1.6, 0.9], seconds: 59_000 },
  { model: 'fraud', slo: 'latency', objective: 0.99, left: 0.86, burns: [0.2, 0.3, 0.4, 0.4, 0.5], seconds: 4_400_000 },
  { model: 'fraud', slo: 'quality', objective: 0.95, left: -0.12, burns: [1.1, 1.4, 1.2, 1.2, 1.1], seconds: 0 },
  { model: 'delivery-time', slo: 'availability', objective: 0.995, left: 1, burns: [0, 0, 0, 0, 0], seconds: Infinity },
  { model: 'churn', slo: 'drift-free time', objective: 0.95, left: null, burns: [null, null, null, 0.4, 0.6], seconds: null },
];

export const errorBudgetCases = casesOf({
  view: 'error-budget',
  usual: [frame(USUAL)],
  insufficient: [frame(USUAL.map((budget) => ({ ...budget, left: null, burns: [], seconds: null })))],
  many: [
    frame(
      range(200).map((index) => ({
        model: `model-${index}`,
        slo: 'availability',
        objective: 0.999,
        left: 1 - 1.2 * share(index),
        burns: range(5).map((at) => 20 * share(index, at) ** 4),
        seconds: Math.round(5e6 * share(index, 9)),
      })),
    ),
  ],
  names: ['model', 'slo', 'window'],
});
