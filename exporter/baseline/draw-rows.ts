import type { Column } from './column.js';
import { valueAt } from './golden-rows.js';

/** The values of one row, in the order of the features; null is missing. */
export type FeatureRow = (number | string | null)[];

/** Rows in a random order, each once, made as they are asked for: Fisher and Yates, keeping only the places that were exchanged. */
export function* drawRows(features: readonly Column[], rows: number, random: () => number): Generator<FeatureRow, void, undefined> {
  const moved = new Map<number, number>();
  for (let last = rows - 1; last >= 0; last -= 1) {
    const at = Math.floor(random() * (last + 1));
    const row = moved.get(at) ?? at;
    moved.set(at, moved.get(last) ?? last);
    moved.delete(last);
    yield features.map((feature) => valueAt(feature, row));
  }
}
