import { OTHER_BIN } from '@modelwatch/core';
import { sliceValue } from '../pipeline/slice-value.js';

/** What the store must know of a slice. */
export interface SliceCap {
  readonly name: string;
  readonly valuesMax: number;
}

/**
 * The value under which a slice value counts: itself while the slice has room for it, else `__other__`, which takes no room. Values that
 * were admitted stay so for good, over restarts too, since admission is read from the counts.
 */
export function admitSliceValue(counted: ReadonlyMap<string, unknown>, valuesMax: number, value: string): string {
  const kept = sliceValue(value);
  if (counted.has(kept)) return kept;
  return counted.size - (counted.has(OTHER_BIN) ? 1 : 0) < valuesMax ? kept : OTHER_BIN;
}

/** Told of each slice value that a prediction counts under, as it was admitted. */
export type OnSlice = (name: string, value: string) => void;

/** The counts of a slice by value, made when it is first asked for. */
export function sliceCounts<Count>(slices: Map<string, Map<string, Count>>, name: string): Map<string, Count> {
  let counts = slices.get(name);
  if (counts === undefined) {
    counts = new Map();
    slices.set(name, counts);
  }
  return counts;
}
