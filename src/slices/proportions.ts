import { differenceInterval, wilsonInterval, type Interval, type IntervalReading } from '../math/index.js';

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
): Extract<IntervalReading, { kind: 'undetermined' }> | undefined {
  const few = sides.filter(({ count }) => count < countMin);
  if (few.length === 0) return undefined;
  return few.every(({ count, predictions }) => count === 0 && predictions >= countMin) ? UNDEFINED : INSUFFICIENT_DATA;
}

export function measured(value: number, lower: number, upper: number): IntervalReading {
  return { kind: 'measured', value, lower, upper };
}

/** A share with Wilson's interval. */
export function shareReading(share: Share, confidence: number): IntervalReading {
  return { kind: 'measured', ...wilson(share, confidence) };
}

/** Difference a - b of two independent shares, with Newcombe's interval. */
export function shareDifference(a: Share, b: Share, confidence: number): IntervalReading {
  return { kind: 'measured', ...differenceInterval(wilson(a, confidence), wilson(b, confidence)) };
}

/**
 * Ratio a / b of two independent shares, with the interval that Donner and Zou make of Wilson bounds (MOVER-R): Fieller's, with the distances of
 * the shares from their bounds for standard errors. Undefined where b has no case.
 *
 * Unlike the normal interval of the logarithm it has bounds where a has no case, and is not without width where a share is 1.
 * Source: Donner and Zou, "Closed-form confidence intervals for functions of the normal mean and standard deviation", 2012, section 2.
 */
export function shareRatio(a: Share, b: Share, confidence: number): IntervalReading {
  if (b.cases === 0) return UNDEFINED;
  const [p, q] = [wilson(a, confidence), wilson(b, confidence)];
  const product = p.value * q.value;
  // The lower bound is the lesser root R of below R^2 - 2 product R + least, the upper one the greater root of above R^2 - 2 product R + most.
  const [least, most] = [p.lower * (2 * p.value - p.lower), p.upper * (2 * p.value - p.upper)];
  const [below, above] = [q.upper * (2 * q.value - q.upper), q.lower * (2 * q.value - q.lower)];
  // The smaller root as a quotient by the sum, so that it is not a difference of near numbers.
  const lower = least / (product + Math.sqrt(Math.max(0, product ** 2 - least * below)));
  const upper = (product + Math.sqrt(Math.max(0, product ** 2 - most * above))) / above;
  return measured(p.value / q.value, a.cases === 0 ? 0 : lower, upper);
}

function wilson({ cases, total }: Share, confidence: number): Interval {
  return wilsonInterval(cases / total, total, confidence);
}
