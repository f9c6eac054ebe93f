import type { Reading } from '../contracts/reading.js';
import { normalQuantile } from '../math/index.js';

/** A reading with its confidence interval, or the reason why there is none. */
export type IntervalReading =
  | (Extract<Reading, { kind: 'measured' }> & { readonly lower: number; readonly upper: number })
  | Extract<Reading, { kind: 'undetermined' }>;

/** Fewest pairs of which a comparison is measured: with so many the standard error of a share is at most 0.05. */
export const PAIRS_MIN = 100;

export const INSUFFICIENT_DATA = { kind: 'undetermined', reason: 'insufficient_data' } as const;
export const UNDEFINED = { kind: 'undetermined', reason: 'undefined' } as const;

/** How many standard errors an interval of this confidence reaches to either side: 1.96 for 0.95. */
export function standardErrors(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`an interval needs a confidence between 0 and 1, got ${confidence}`);
  if (last.confidence !== confidence) last = { confidence, errors: normalQuantile((1 + confidence) / 2) };
  return last.errors;
}

/** Kept because all readings of all challengers ask for the one confidence that is configured. */
let last = { confidence: NaN, errors: NaN };

/**
 * Wilson's score interval of a share: the shares p for which |k/n - p| <= z sqrt(p (1 - p) / n).
 *
 * With no case its lower bound is 0, with nothing but cases its upper bound 1; it lies within 0..1, and is no point where the share is 0.
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927; Brown, Cai, DasGupta, "Interval estimation
 * for a binomial proportion", 2001, eq. 4.
 */
export function shareReading(cases: number, count: number, confidence: number): IntervalReading {
  if (count < PAIRS_MIN) return INSUFFICIENT_DATA;
  const share = cases / count;
  const z2 = standardErrors(confidence) ** 2 / count;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = Math.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2);
  // Rounding alone would leave 0..1, or the share itself, where there is no case or nothing else.
  const [lower, upper] = [cases === 0 ? 0 : middle - half, cases === count ? 1 : middle + half];
  return { kind: 'measured', value: share, lower, upper };
}

/**
 * A mean with its normal interval: mean +- z s / sqrt(n), s the standard deviation with n - 1. It needs differences of finite variance and pairs
 * that are independent; with a few outliers among some hundred pairs it is too narrow.
 */
export function meanReading({ sum, squared, count }: { sum: number; squared: number; count: number }, confidence: number): IntervalReading {
  if (count < PAIRS_MIN) return INSUFFICIENT_DATA;
  const mean = sum / count;
  const half = standardErrors(confidence) * Math.sqrt(Math.max(0, squared / count - mean ** 2) / (count - 1));
  return { kind: 'measured', value: mean, lower: mean - half, upper: mean + half };
}
