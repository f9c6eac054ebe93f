import { FieldConfig, ThresholdsMode } from '@grafana/data';
import { casesOf, number, range, share, text } from './gallery-case';

const QUALITY: FieldConfig = {
  unit: 'percentunit',
  decimals: 1,
  min: 0,
  max: 1,
  color: { mode: 'thresholds' },
  thresholds: {
    mode: ThresholdsMode.Absolute,
    steps: [
      { value: -Infinity, color: 'red' },
      { value: 0.7, color: 'orange' },
      { value: 0.8, color: 'green' },
    ],
  },
  links: [{ title: 'Debug', url: '/d/modelwatch-debug?var-slice=${__data.fields.slice}' }],
};

interface Row {
  readonly slice: string;
  readonly metric: string;
  readonly value: number | null;
  readonly count: number;
}

const frame = (rows: readonly Row[]) => ({
  name: 'slices',
  fields: [
    text(
      'slice',
      rows.map(({ slice }) => slice),
    ),
    text(
      'metric',
      rows.map(({ metric }) => metric),
    ),
    number(
      'value',
      rows.map(({ value }) => value),
      QUALITY,
    ),
    number(
      'count',
      rows.map(({ count }) => count),
      { unit: 'short' },
    ),
  ],
});

const SLICES = ['country=NL', 'country=DE', 'country=FR', 'country=MT', 'device=phone', 'device=desktop', 'age=18-25', '__other__'];
const METRICS = ['accuracy', 'recall', 'precision', 'f1'];

function grid(slices: readonly string[], metrics: readonly string[], countMax: number): Row[] {
  return slices.flatMap((slice, row) =>
    metrics.map((metric, column) => ({
      slice,
      metric,
      value: row === 6 && column === 2 ? null : 0.62 + 0.36 * share(row * metrics.length + column),
      count: Math.round(slice === 'country=MT' ? 12 : countMax * (0.3 + share(row, 5))),
    })),
  );
}

export const sliceQualityCases = casesOf({
  view: 'slice-quality',
  usual: [frame(grid(SLICES, METRICS, 9000))],
  insufficient: [frame(grid(SLICES, METRICS, 60))],
  many: [
    frame(
      grid(
        range(400).map((index) => `postcode=${1000 + index}`),
        range(60).map((index) => `m${index}`),
        9000,
      ),
    ),
  ],
  names: ['slice', 'metric'],
});
