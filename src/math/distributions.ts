import { gammaRatios, type Tails } from './special-functions.js';

/**
 * Chance that chi-square with `degreesOfFreedom` (0 < df <= 2e5) exceeds `x`: 1 for x <= 0.
 *
 * Formula: Q(df / 2, x / 2). Error: below 1e-9 relative.
 * Source: DLMF 8.2.4, 8.9.2.
 *
 * @example chiSquareUpperTail(3.841458820694124, 1) // 0.05
 */
export function chiSquareUpperTail(x: number, degreesOfFreedom: number): number {
  return chiSquareTails(x, degreesOfFreedom).upper;
}

/**
 * The value that chi-square stays at or below with chance `p`, 0 <= p < 1. With p = 1 - significance, the critical value of a test.
 *
 * Error: below 1e-9 relative. Cost: about a hundred evaluations of an incomplete gamma function, some 20 microseconds: compute it once.
 *
 * @example chiSquareQuantile(0.95, 9) // 16.918977604620448
 */
export function chiSquareQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p >= 0 && p < 1)) throw new RangeError(`a chi-square quantile needs p from 0 to below 1, got ${p}`);
  return chiSquareWithTails({ lower: p, upper: 1 - p }, degreesOfFreedom);
}

/**
 * The value that a standard normal variable stays at or below with chance `p`, 0 < p < 1.
 *
 * Formula: z^2 is chi-square with one degree of freedom. Error: below 1e-9 relative.
 *
 * @example normalQuantile(0.975) // 1.959963984540054
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a normal quantile needs p between 0 and 1, got ${p}`);
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  return Math.sign(p - 0.5) * Math.sqrt(chiSquareWithTails({ lower: 1 - 2 * tail, upper: 2 * tail }, 1));
}

/**
 * Chance that the Kolmogorov distribution exceeds `x`: what sqrt(nm / (n + m)) times the two-sample Kolmogorov-Smirnov statistic follows for
 * large samples.
 *
 * Formula: 2 sum over k from 1 of (-1)^(k-1) exp(-2 k^2 x^2). Error: below 1e-15 absolute.
 * Source: Smirnov, "Table for estimating the goodness of fit of empirical distributions", 1948.
 */
export function kolmogorovUpperTail(x: number): number {
  // Below, the chance differs from 1 by less than 1e-20, and the sum needs ever more terms.
  if (x <= 0.15) return 1;
  let sum = 0;
  let sign = 1;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += sign * term;
    if (term < sum * 1e-17) break;
    sign = -sign;
  }
  return Math.min(1, 2 * sum);
}

/**
 * The value that the Kolmogorov distribution exceeds with chance `significance`. Times sqrt((n + m) / (nm)) it is the critical value of the
 * two-sample Kolmogorov-Smirnov statistic for large samples. Cost: as of a chi-square quantile, once for a significance.
 *
 * @example kolmogorovQuantile(0.05) // 1.3580986393225507
 */
export function kolmogorovQuantile(significance: number): number {
  if (!(significance > 0 && significance < 1)) {
    throw new RangeError(`a Kolmogorov quantile needs a significance between 0 and 1, got ${significance}`);
  }
  if (lastKolmogorov.significance !== significance) {
    lastKolmogorov = { significance, quantile: leastWhere((x) => kolmogorovUpperTail(x) <= significance) };
  }
  return lastKolmogorov.quantile;
}

/** Kept because all features of all models ask for the quantile of the one significance that is configured. */
let lastKolmogorov = { significance: NaN, quantile: NaN };

function chiSquareTails(x: number, degreesOfFreedom: number): Tails {
  return gammaRatios(degreesOfFreedom / 2, Math.max(0, x) / 2);
}

/** By bisection on the smaller tail, which alone tells near values apart. */
function chiSquareWithTails({ lower, upper }: Tails, degreesOfFreedom: number): number {
  if (lower === 0) return 0;
  return lower < upper
    ? leastWhere((x) => chiSquareTails(x, degreesOfFreedom).lower >= lower)
    : leastWhere((x) => chiSquareTails(x, degreesOfFreedom).upper <= upper);
}

/** The least x >= 0, to the last bit, from which on a condition holds. */
function leastWhere(holds: (x: number) => boolean): number {
  let high = 1;
  while (!holds(high)) high *= 2;
  let low = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (holds(middle)) high = middle;
    else low = middle;
  }
}
