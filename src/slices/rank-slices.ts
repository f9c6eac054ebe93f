import { OTHER_BIN } from '../contracts/binning.js';
import type { Sketch } from '../contracts/sketch.js';
import type { IntervalReading } from '../math/index.js';
import { INSUFFICIENT_DATA } from './proportions.js';
import { mergedOf, restsOf } from './rests.js';
import type { SliceMetric } from './slice-metrics.js';

export interface RankedSlice {
  /** The slice value. */
  readonly value: string;
  /** The cases that the quality is a share or a mean of. */
  readonly count: number;
  readonly quality: IntervalReading;
  /** How much worse than the whole; above 0 is worse. */
  readonly gap: IntervalReading;
}

/**
 * Slices by how much worse than the whole they are for certain: by the lower bound of the gap, the worst first; then by the gap, then by
 * name. Slices without a gap come last, the larger first.
 *
 * By the lower bound, since the greatest gaps are those of the smallest slices, by chance. `__other__` is no slice, but part of the whole. The slice
 * values are to part the predictions: each is in one of them.
 *
 * The confidence is that of one slice: of 40 slices that are alike one has a lower bound above 0, on average, at 0.95. Who asks whether any slice is
 * worse divides 1 - confidence by the number of slices.
 *
 * Cost: some merges and an interval for each slice, and a sort. Changes no sketch.
 */
export function rankSlices<S extends Sketch<never, S>>(
  metric: SliceMetric<S>,
  slices: ReadonlyMap<string, S>,
  confidence = 0.95,
): RankedSlice[] {
  const rests = restsOf([...slices.values()]);
  return [...slices]
    .map(([value, slice], i) => {
      const rest = rests[i];
      const gap = rest === undefined ? INSUFFICIENT_DATA : metric.gap(slice, rest, confidence);
      return { value, count: metric.count(slice), quality: metric.quality(slice, confidence), gap };
    })
    .filter(({ value }) => value !== OTHER_BIN)
    .sort(worstFirst);
}

function worstFirst(a: RankedSlice, b: RankedSlice): number {
  const byName = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  if (a.gap.kind === 'measured' && b.gap.kind === 'measured') return b.gap.lower - a.gap.lower || b.gap.value - a.gap.value || byName;
  if (a.gap.kind !== b.gap.kind) return a.gap.kind === 'measured' ? -1 : 1;
  return b.count - a.count || byName;
}

/**
 * The slices of these values as they are, and all others merged into `__other__`, which comes last: together they are the whole, exactly for
 * counts, to rounding for sums. `__other__` is left out where nothing is folded. For any sketch, and changes none.
 */
export function foldSlices<S extends Sketch<never, S>>(slices: ReadonlyMap<string, S>, values: Iterable<string>): Map<string, S> {
  const kept = new Map<string, S>();
  for (const value of values) {
    const slice = slices.get(value);
    if (slice === undefined || value === OTHER_BIN) throw new RangeError(`folding slices keeps those that there are, got ${value}`);
    kept.set(value, slice.clone());
  }
  const other = mergedOf([...slices].filter(([value]) => !kept.has(value)).map(([, slice]) => slice));
  if (other !== undefined) kept.set(OTHER_BIN, other);
  return kept;
}
