import type { FeatureRows } from '@modelwatch/core';
import type { Column } from '../baseline/column.js';

/** Rows of columns as the classifier takes them: at most `rowsMax`, drawn without replacement and kept in their order. */
export function columnRows(columns: readonly (Column | undefined)[], rows: number, rowsMax: number, random: () => number): FeatureRows {
  const kept = drawn(rows, rowsMax, random);
  return {
    rows: kept.length,
    columns: columns.map((column) => {
      if (column === undefined) return undefined;
      if (column.kind === 'numeric') return Float64Array.from(kept, (row) => column.values[row]!);
      return Array.from(kept, (row) => column.categories[column.codes[row]!] ?? null);
    }),
  };
}

/** The first `rowsMax` steps of a shuffle, by Fisher and Yates, in ascending order. */
function drawn(rows: number, rowsMax: number, random: () => number): Int32Array {
  const places = Int32Array.from({ length: rows }, (_, row) => row);
  if (rows <= rowsMax) return places;
  for (let i = 0; i < rowsMax; i++) {
    const at = i + Math.floor(random() * (rows - i));
    [places[i], places[at]] = [places[at]!, places[i]!];
  }
  return places.subarray(0, rowsMax).sort();
}
