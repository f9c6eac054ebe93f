import {
  fitReconstruction,
  heldOutErrors,
  RECONSTRUCTION_BASELINE_FEATURES_MAX,
  reconstructionError,
  ReconstructionErrors,
  type BaselineReconstruction,
  type FeatureRows,
  type MultivariateFeature,
} from '@modelwatch/core';
import type { Column } from './column.js';

/** Rows that the components are made of, at equal distances over all: more of them move no component by what matters. */
const ROWS_MAX = 20_000;
/** Digits that are kept: errors are exact to a millionth then, and files short. */
const DIGITS = 9;
const DEVIATIONS = 3;

/**
 * The directions in which the reference rows vary most, and the errors of rows as if they were new. Undefined with one feature, with more than 200,
 * and with fewer than 100 rows. Depends on the rows alone.
 *
 * Cost: six times rows x features^2 / 2 for at most 20,000 rows: below a second for 20 features, some ten seconds for 200.
 */
export function buildReconstruction(columns: readonly Column[], rows: number): BaselineReconstruction | undefined {
  if (columns.length < 2 || columns.length > RECONSTRUCTION_BASELINE_FEATURES_MAX || rows < reconstructionError.countMin) return undefined;
  const features = columns.map(({ name, kind }): MultivariateFeature => ({ name, kind }));
  const reference = spreadRows(columns, rows);
  const model = fitReconstruction(features, reference);
  return {
    features: model.features.map((feature) => {
      const scaled = { mean: rounded(feature.mean), scale: rounded(feature.scale) };
      if (feature.kind === 'numeric') return { name: feature.name, kind: 'numeric', ...scaled };
      const { name, categories, shares, missing } = feature;
      return { name, kind: 'categorical', categories: [...categories], shares: shares.map(rounded), missing: rounded(missing), ...scaled };
    }),
    components: model.components.map((component) => component.map(rounded)),
    varianceRatio: rounded(model.varianceRatio),
    errors: errorsOf(heldOutErrors(features, reference)),
  };
}

function errorsOf(errors: Float64Array): BaselineReconstruction['errors'] {
  const sums = ReconstructionErrors.of(errors);
  const [mean, reach] = [sums.mean, DEVIATIONS * Math.sqrt(sums.variance)];
  const beyond = errors.filter((error) => Math.abs(error - mean) > reach).length;
  return { count: sums.count, sum: rounded(sums.sum), squared: rounded(sums.squared), beyond };
}

function spreadRows(columns: readonly Column[], rows: number): FeatureRows {
  const taken = Math.min(rows, ROWS_MAX);
  const at = Array.from({ length: taken }, (_, i) => Math.floor(((i + 0.5) * rows) / taken));
  return {
    rows: taken,
    columns: columns.map((column) =>
      column.kind === 'numeric'
        ? Float64Array.from(at, (row) => column.values[row]!)
        : at.map((row) => column.categories[column.codes[row]!] ?? null),
    ),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(DIGITS));
