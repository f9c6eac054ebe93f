import { OTHER_BIN } from '@modelwatch/core';
import { sliceValue } from '../pipeline/slice-value.js';

/** What the store must know of a slice. */
export interface SliceCap {
  readonly name: string;
  /** Values with counts of their own, the first that come. */
  readonly valuesMax: number;
  /** Values beyond them that get counts of their own once they are worse than the whole for certain. */
  readonly worstMax?: number;
  /** Values whose quality is kept, shown or not; `valuesMax` unless said otherwise. */
  readonly keptMax?: number;
}

/**
 * The value under which a slice value counts: itself while the slice has room for it, else `__other__`, which takes no room. Values that
 * were admitted stay so for good, over restarts too, since admission is read from the counts.
 */
export function admitSliceValue(counted: ReadonlyMap<string, unknown>, valuesMax: number, value: string): string {
  const kept = sliceValue(value);
  if (counted.has(kept)) return kept;
  return ownValues(counted) < valuesMax ? kept : OTHER_BIN;
}

/** Values that have counts of their own. */
export function ownValues(counted: ReadonlyMap<string, unknown>): number {
  return counted.size - (counted.has(OTHER_BIN) ? 1 : 0);
}

/** Told of each slice value that a prediction counts under, as it was admitted. */
export type OnSlice = (name: string, value: string) => void;

/** The counts of a slice by value, made when it is first asked for. */
export function sliceCounts<Count>(slices: Map<string, Map<string, Count>>, name: string): Map<string, Count> {
  return made(slices, name, () => new Map<string, Count>());
}

/** What stands under a key, made when it is first asked for. */
export function made<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Columns of slice values in the order of the configured slices: by name where they have names. A slice that the columns do not know is empty. */
export function columnsByName(
  slices: readonly { readonly name: string }[],
  columns: readonly (readonly (string | undefined)[])[],
  names: readonly string[] | undefined,
): readonly (readonly (string | undefined)[])[] {
  return slices.map(({ name }, i) => columns[names === undefined ? i : names.indexOf(name)] ?? []);
}
