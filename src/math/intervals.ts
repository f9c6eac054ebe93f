import type { Interval } from '../contracts/reading.js';
import { normalQuantile } from './distributions.js';

/**
 * How many standard errors an interval of this confidence reaches to either side.
 *
 * @example confidenceStandardErrors(0.95) // 1.959963984540054
 */
export function confidenceStandardErrors(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`an interval needs a confidence between 0 and 1, got ${confidence}`);
  if (last.confidence !== confidence) last = { confidence, errors: normalQuantile((1 + confidence) / 2) };
  return last.errors;
}

/** Kept because all readings ask for the one confidence that is configured. */
let last = { confidence: NaN, errors: NaN };

/**
 * Wilson's score interval of a share seen among `count` independent cases: the shares p for which |share - p| <= z sqrt(p (1 - p) / count). The
 * count need not be whole: a share with another variance has the effective count share (1 - share) / variance.
 *
 * Within 0..1, and with a width where the share is 0 or 1.
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927; Brown, Cai, DasGupta, "Interval estimation
 * for a binomial proportion", 2001, eq. 4.
 *
 * @example wilsonInterval(1, 100, 0.95).lower // 0.9630065017930143
 */
export function wilsonInterval(share: number, count: number, confidence: number): Interval {
  if (!(share >= 0 && share <= 1 && count > 0))
    throw new RangeError(`an interval needs a share of a count above 0, got ${share} of ${count}`);
  const z2 = confidenceStandardErrors(confidence) ** 2 / count;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = Math.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2);
  // Rounding alone would leave 0..1, or the share itself.
  return {
    value: share,
    lower: share === 0 ? 0 : Math.max(0, Math.min(share, middle - half)),
    upper: share === 1 ? 1 : Math.min(1, Math.max(share, middle + half)),
  };
}

/**
 * The difference a - b of two independent values with its interval, from theirs: the distances of both from their bounds, squared and added. Of
 * two Wilson intervals it is Newcombe's interval of a difference of shares, of two normal intervals the usual one.
 *
 * Source: Newcombe, "Interval estimation for the difference between independent proportions", 1998, method 10; Zou and Donner, "Construction of
 * confidence limits about effect measures: a general approach", 2008.
 *
 * @example differenceInterval({ value: 0.5, lower: 0.25, upper: 0.75 }, { value: 0.5, lower: 0.5, upper: 0.5 }) // { value: 0, lower: -0.25, upper: 0.25 }
 */
export function differenceInterval(a: Interval, b: Interval): Interval {
  const value = a.value - b.value;
  const lower = value - Math.hypot(a.value - a.lower, b.upper - b.value);
  const upper = value + Math.hypot(a.upper - a.value, b.value - b.lower);
  return { value, lower, upper };
}
