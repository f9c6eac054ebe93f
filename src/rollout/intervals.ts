import { confidenceStandardErrors, wilsonInterval, type IntervalReading } from '../math/index.js';

/** Fewest pairs of which a comparison is measured: with so many the standard error of a share is at most 0.05. */
export const PAIRS_MIN = 100;

export const INSUFFICIENT_DATA = { kind: 'undetermined', reason: 'insufficient_data' } as const;
export const UNDEFINED = { kind: 'undetermined', reason: 'undefined' } as const;

/** A share of cases with Wilson's interval. It lies within 0..1, and is no point where the share is 0 or 1. */
export function shareReading(cases: number, count: number, confidence: number): IntervalReading {
  return count < PAIRS_MIN ? INSUFFICIENT_DATA : { kind: 'measured', ...wilsonInterval(cases / count, count, confidence) };
}

/**
 * A mean with its normal interval: mean +- z s / sqrt(n), s the standard deviation with n - 1. It needs differences of finite variance and pairs
 * that are independent; with a few outliers among some hundred pairs it is too narrow.
 */
export function meanReading({ sum, squared, count }: { sum: number; squared: number; count: number }, confidence: number): IntervalReading {
  if (count < PAIRS_MIN) return INSUFFICIENT_DATA;
  const mean = sum / count;
  const half = confidenceStandardErrors(confidence) * Math.sqrt(Math.max(0, squared / count - mean ** 2) / (count - 1));
  return { kind: 'measured', value: mean, lower: mean - half, upper: mean + half };
}
