import { numericBinIndex } from '../binning/index.js';
import { assertWeights } from './weight.js';

/** Bins of equal width over 0..1. */
export interface UnitBins {
  readonly count: number;
  /** The bin of a score: bin i holds i/count < score <= (i+1)/count, the first holds 0 too. -1 for NaN and for what is outside 0..1. */
  indexOf(score: number): number;
}

export function unitBins(count: number): UnitBins {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`bins of equal width over 0..1 need a whole number from 1, got ${count}`);
  const edges = Float64Array.from({ length: count - 1 }, (_, i) => (i + 1) / count);
  return { count, indexOf: (score) => (score >= 0 && score <= 1 ? numericBinIndex(edges, score) : -1) };
}

export function addTo(into: Float64Array, from: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += from[i]!;
}

/** Fills the lists of a sketch from JSON. They must be as long as each other, and hold counts. */
export function fillFrom(of: string, lists: readonly { readonly into: Float64Array; readonly from: readonly number[] }[]): void {
  const lengths = lists.map(({ from }) => from.length);
  if (lists.some(({ into, from }) => into.length !== from.length))
    throw new RangeError(`${of} need lists of one length, got ${lengths.join(', ')}`);
  for (const { into, from } of lists) {
    assertWeights(of, from);
    into.set(from);
  }
}
