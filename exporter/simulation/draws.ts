import { seededRandom } from '@modelwatch/core';

/** Below so many expected events a count is drawn exactly, above it from the normal law with the same mean and variance. */
const EXACT_BELOW = 30;

/** The standard normal distribution function, to 1.5e-7 (Abramowitz and Stegun, 1964, 7.1.26). */
export function normalShare(z: number): number {
  const t = 1 / (1 + 0.3275911 * (Math.abs(z) / Math.SQRT2));
  const tail =
    (((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp((-z * z) / 2)) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** Draws of one seed: the same on every machine, so that a run can be repeated. */
export interface Draws {
  uniform(): number;
  normal(): number;
  /** How many events happen where so many are expected. */
  poisson(mean: number): number;
  /** How many of a number of events are of a kind that each is with a probability. */
  binomial(count: number, share: number): number;
  /** How many of a number of events are of each kind; the shares sum to 1. */
  multinomial(count: number, shares: ArrayLike<number>): Float64Array;
}

export function createDraws(seed: number): Draws {
  const uniform = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

  const exactPoisson = (mean: number): number => {
    // Knuth's: the number of uniform factors until their product falls below exp(-mean).
    const bar = Math.exp(-mean);
    let events = 0;
    for (let product = uniform(); product > bar; product *= uniform()) events++;
    return events;
  };
  const rounded = (mean: number, variance: number, most: number): number =>
    Math.min(most, Math.max(0, Math.round(mean + Math.sqrt(variance) * normal())));

  const poisson = (mean: number): number => (mean <= 0 ? 0 : mean < EXACT_BELOW ? exactPoisson(mean) : rounded(mean, mean, Infinity));

  const binomial = (count: number, share: number): number => {
    if (count === 0 || share <= 0) return 0;
    if (share >= 1) return count;
    if (share > 0.5) return count - binomial(count, 1 - share);
    if (count * share >= EXACT_BELOW) return rounded(count * share, count * share * (1 - share), count);
    // Waiting times between events are geometric: as many draws as there are events.
    const logarithm = Math.log1p(-share);
    let events = 0;
    for (let at = Math.floor(Math.log(1 - uniform()) / logarithm); at < count; at += 1 + Math.floor(Math.log(1 - uniform()) / logarithm))
      events++;
    return events;
  };

  const multinomial = (count: number, shares: ArrayLike<number>): Float64Array => {
    const counts = new Float64Array(shares.length);
    let left = count;
    let shareLeft = 1;
    for (let i = 0; i < shares.length && left > 0; i++) {
      counts[i] = i === shares.length - 1 ? left : binomial(left, Math.min(1, shares[i]! / shareLeft));
      left -= counts[i]!;
      shareLeft = Math.max(shareLeft - shares[i]!, 1e-12);
    }
    return counts;
  };
  return { uniform, normal, poisson, binomial, multinomial };
}
