import type { Baseline } from '@modelwatch/core';
import type { Column } from './column.js';

/** Rows with missing values take at most this share of the golden rows. */
const MISSING_ROWS_RATIO_MAX = 0.2;

export interface GoldenRowsOptions {
  readonly rows: number;
  readonly rowsWanted: number;
  readonly toleranceAbsolute: number;
}

/**
 * Picks rows to replay: for each feature the first row in which it is missing, then rows at equal distances over the whole file. Rows without an
 * output cannot be compared; the next one that has an output takes the place. The choice depends on the data alone.
 */
export function pickGoldenRows(features: readonly Column[], outputs: Float64Array, options: GoldenRowsOptions): Baseline['goldenRows'] {
  const { rows, rowsWanted, toleranceAbsolute } = options;
  const chosen = new Set<number>();
  const withOutput = (start: number): number | undefined => {
    for (let row = start; row < rows; row += 1) if (!Number.isNaN(outputs[row]) && !chosen.has(row)) return row;
    return undefined;
  };
  for (const feature of features) {
    if (chosen.size >= rowsWanted * MISSING_ROWS_RATIO_MAX) break;
    const row = firstMissing(feature, outputs);
    if (row !== undefined) chosen.add(row);
  }
  const spread = Math.min(rowsWanted - chosen.size, rows);
  for (let index = 0; index < spread; index += 1) {
    const row = withOutput(Math.floor(((index + 0.5) * rows) / spread));
    if (row !== undefined) chosen.add(row);
  }
  const ordered = [...chosen].sort((a, b) => a - b);
  return {
    features: ordered.map((row) => features.map((feature) => valueAt(feature, row))),
    outputs: ordered.map((row) => outputs[row] ?? 0),
    toleranceAbsolute,
  };
}

function firstMissing(feature: Column, outputs: Float64Array): number | undefined {
  for (let row = 0; row < outputs.length; row += 1) if (valueAt(feature, row) === null && !Number.isNaN(outputs[row])) return row;
  return undefined;
}

/** The value of a column in a row; null is missing. */
export function valueAt(feature: Column, row: number): number | string | null {
  if (feature.kind === 'categorical') return feature.categories[feature.codes[row] ?? -1] ?? null;
  const value = feature.values[row];
  return value === undefined || Number.isNaN(value) ? null : value;
}
