import { confidenceStandardErrors, type IntervalReading } from '../math/index.js';
import type { Confusion, ErrorSums } from '../sketches/index.js';
import { INSUFFICIENT_DATA, measured, shareDifference, shareReading, UNDEFINED, undetermined, type Share } from './proportions.js';

/**
 * A quality by which slices are compared with the whole. It measures and never judges.
 *
 * The gap is above 0 where the slice is worse than the whole. The whole holds the slice, so the two are not independent; the slice and the rest
 * are, and the gap follows from them: a whole of a share w of the slice and 1 - w of the rest is apart from the slice by 1 - w times what the rest is.
 * Its interval is that of slice and rest, carried over with w as it was counted.
 */
export interface SliceMetric<S> {
  readonly name: string;
  /** Fewest cases, in the slice and in the rest. */
  readonly countMin: number;
  /** Paper or standard, with equation. */
  readonly source: string;
  /** The cases that the quality is a share or a mean of. */
  count(sketch: S): number;
  /** The quality of a slice with its interval. */
  quality(slice: S, confidence: number): IntervalReading;
  /** How much worse the slice is than the whole of slice and rest. */
  gap(slice: S, rest: S, confidence: number): IntervalReading;
}

/** With so many cases the standard error of a share is at most 0.05. */
export const SLICE_COUNT_MIN = 100;

/** A quality that is a share of cases: `of` counts those cases, and those that are right. */
function shareMetric(name: string, source: string, of: (confusion: Confusion) => Share): SliceMetric<Confusion> {
  const counted = (confusion: Confusion) => ({ count: of(confusion).total, predictions: confusion.count });
  return {
    name,
    countMin: SLICE_COUNT_MIN,
    source,
    count: (confusion) => of(confusion).total,
    quality: (slice, confidence) => undetermined(SLICE_COUNT_MIN, counted(slice)) ?? shareReading(of(slice), confidence),
    gap(slice, rest, confidence) {
      const none = undetermined(SLICE_COUNT_MIN, counted(slice), counted(rest));
      if (none !== undefined) return none;
      const [a, b] = [of(slice), of(rest)];
      const difference = shareDifference(b, a, confidence);
      if (difference.kind === 'undetermined') return difference;
      const others = b.total / (a.total + b.total);
      return measured(others * difference.value, others * difference.lower, others * difference.upper);
    },
  };
}

/** Accuracy of the whole less that of the slice. Range -1..1. Undetermined below 100 predictions in the slice or in the rest. */
export const sliceAccuracy = shareMetric(
  'accuracy',
  'Newcombe, "Interval estimation for the difference between independent proportions", 1998, method 10',
  ({ truePositive, trueNegative, count }) => ({ cases: truePositive + trueNegative, total: count }),
);

/**
 * Recall of the whole less that of the slice. Range -1..1. Undetermined below 100 positive ground truths in the slice or in the rest; undefined
 * without any.
 */
export const sliceRecall = shareMetric(
  'recall',
  'Newcombe, "Interval estimation for the difference between independent proportions", 1998, method 10',
  ({ truePositive, falseNegative }) => ({ cases: truePositive, total: truePositive + falseNegative }),
);

/**
 * Mean absolute error of the slice as a ratio to that of the whole, less 1: 0.5 is half as much again. No unit, so that models compare.
 *
 * Interval: with r = slice / rest, normal for ln r with variance s1^2 / (n1 m1^2) + s2^2 / (n2 m2^2), m and s mean and standard deviation (n - 1) of the absolute
 * errors; carried over by r / (w r + 1 - w) - 1, which grows with r.
 * Range -1 upwards. Undetermined below 100 estimates in the slice or in the rest; undefined where one of them has no error at all.
 */
export const sliceErrorRatio: SliceMetric<ErrorSums> = {
  name: 'error-ratio',
  countMin: SLICE_COUNT_MIN,
  source: 'Oehlert, "A note on the delta method", 1992',
  count: ({ count }) => count,
  quality(slice, confidence) {
    if (slice.count < SLICE_COUNT_MIN) return INSUFFICIENT_DATA;
    const { mean, variance } = absoluteError(slice);
    const half = confidenceStandardErrors(confidence) * Math.sqrt(variance);
    return measured(mean, Math.max(0, mean - half), mean + half);
  },
  gap(slice, rest, confidence) {
    if (slice.count < SLICE_COUNT_MIN || rest.count < SLICE_COUNT_MIN) return INSUFFICIENT_DATA;
    const [a, b] = [absoluteError(slice), absoluteError(rest)];
    if (a.mean === 0 || b.mean === 0) return UNDEFINED;
    const factor = Math.exp(confidenceStandardErrors(confidence) * Math.sqrt(a.variance / a.mean ** 2 + b.variance / b.mean ** 2));
    const share = slice.count / (slice.count + rest.count);
    const toWhole = (ratio: number) => ratio / (share * ratio + 1 - share) - 1;
    const ratio = a.mean / b.mean;
    return measured(toWhole(ratio), toWhole(ratio / factor), toWhole(ratio * factor));
  },
};

/** Mean absolute error, and the variance of that mean. */
function absoluteError({ over, under, squared, count }: ErrorSums): { readonly mean: number; readonly variance: number } {
  const mean = (over + under) / count;
  return { mean, variance: Math.max(0, squared / count - mean ** 2) / (count - 1) };
}
