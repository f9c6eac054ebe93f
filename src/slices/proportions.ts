import type { Reading } from '../contracts/reading.js';
import { normalQuantile } from '../math/index.js';

/** A reading with its confidence interval, or the reason why there is none. */
export type BoundedReading =
  | (Extract<Reading, { kind: 'measured' }> & { readonly lower: number; readonly upper: number })
  | Extract<Reading, { kind: 'undetermined' }>;

/** So many cases out of a total. */
export interface Share {
  readonly cases: number;
  readonly total: number;
}

export const INSUFFICIENT_DATA = { kind: 'undetermined', reason: 'insufficient_data' } as const;
export const UNDEFINED = { kind: 'undetermined', reason: 'undefined' } as const;

/** Cases of a kind, and the predictions among which they were counted. */
export interface Counted {
  readonly count: number;
  readonly predictions: number;
}

/**
 * Why something of these sides is not measured, if so: too few cases, or none of the kind among predictions enough, which is undefined.
 */
export function undetermined(
  countMin: number,
  ...sides: readonly Counted[]
): Extract<BoundedReading, { kind: 'undetermined' }> | undefined {
  const few = sides.filter(({ count }) => count < countMin);
  if (few.length === 0) return undefined;
  return few.every(({ count, predictions }) => count === 0 && predictions >= countMin) ? UNDEFINED : INSUFFICIENT_DATA;
}

/** How many standard errors an interval of this confidence reaches to either side: 1.96 for 0.95. */
export function standardErrors(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`an interval needs a confidence between 0 and 1, got ${confidence}`);
  if (last.confidence !== confidence) last = { confidence, errors: normalQuantile((1 + confidence) / 2) };
  return last.errors;
}

/** Kept because all slices ask for the one confidence. */
let last = { confidence: NaN, errors: NaN };

export function measured(value: number, lower: number, upper: number): BoundedReading {
  return { kind: 'measured', value, lower, upper };
}

/**
 * Wilson's score interval of a share: the shares p for which |k/n - p| <= z sqrt(p (1 - p) / n). It lies within 0..1 and holds the share.
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927; Brown, Cai, DasGupta, "Interval estimation
 * for a binomial proportion", 2001, eq. 4.
 */
export function wilson(
  { cases, total }: Share,
  confidence: number,
): { readonly share: number; readonly lower: number; readonly upper: number } {
  const share = cases / total;
  const z2 = standardErrors(confidence) ** 2 / total;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = Math.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2);
  // Rounding alone would leave 0..1 where there is no case, or nothing else.
  return { share, lower: cases === 0 ? 0 : middle - half, upper: cases === total ? 1 : middle + half };
}

/** A share with Wilson's interval. */
export function shareReading(share: Share, confidence: number): BoundedReading {
  const { share: value, lower, upper } = wilson(share, confidence);
  return measured(value, lower, upper);
}

/**
 * Difference a - b of two independent shares, with Newcombe's interval: the distances of both shares from their Wilson bounds, squared and added.
 *
 * Source: Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods", 1998, method 10.
 */
export function shareDifference(a: Share, b: Share, confidence: number): BoundedReading {
  const [p, q] = [wilson(a, confidence), wilson(b, confidence)];
  const value = p.share - q.share;
  const lower = value - Math.hypot(p.share - p.lower, q.upper - q.share);
  const upper = value + Math.hypot(p.upper - p.share, q.share - q.lower);
  return measured(value, Math.max(-1, lower), Math.min(1, upper));
}

/**
 * Ratio a / b of two independent shares, with the interval that Donner and Zou make of Wilson bounds (MOVER-R): Fieller's, with the distances of
 * the shares from their bounds for standard errors. Undefined where b has no case.
 *
 * Unlike the normal interval of the logarithm it has bounds where a has no case, and is not without width where a share is 1.
 * Source: Donner and Zou, "Closed-form confidence intervals for functions of the normal mean and standard deviation", 2012, section 2.
 */
export function shareRatio(a: Share, b: Share, confidence: number): BoundedReading {
  if (b.cases === 0) return UNDEFINED;
  const [p, q] = [wilson(a, confidence), wilson(b, confidence)];
  const product = p.share * q.share;
  // Each bound is the lower or the upper bound of a over the other of b, where the other share is known exactly.
  const [least, most] = [p.lower * (2 * p.share - p.lower), p.upper * (2 * p.share - p.upper)];
  const [below, above] = [q.upper * (2 * q.share - q.upper), q.lower * (2 * q.share - q.lower)];
  // The smaller root as a quotient by the sum, so that it is not a difference of near numbers.
  const lower = least / (product + Math.sqrt(Math.max(0, product ** 2 - least * below)));
  const upper = (product + Math.sqrt(Math.max(0, product ** 2 - most * above))) / above;
  return measured(p.share / q.share, a.cases === 0 ? 0 : lower, upper);
}
