import { chiSquareUpperTail } from '../math/index.js';
import { compareShares, type ComparedShares } from './compare-shares.js';
import { BINNED_COUNT_MIN, type Statistic } from './statistic.js';

/**
 * L-infinity distance: the greatest difference of one bin's shares. Formula: max |q - p| over the bins, q the current and p the reference share.
 *
 * Use it for: one category that swells or dries up, among many that do not change. Not for: many small changes, which it does not add up.
 * Range 0..1: 0 where all shares are equal, 1 where all values moved from one bin to another. A metric. Undetermined below 100 values on
 * either side.
 * Critical value: the chances of all bins to pass it, each by the normal distribution, sum to the significance; at most that chance.
 * Cost: linear in the bins.
 */
export const lInfinity: Statistic<'frequencies'> = {
  name: 'l-infinity',
  reads: 'frequencies',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: BINNED_COUNT_MIN,
  source:
    'Deza and Deza, "Encyclopedia of distances", 2016, section 14.2 (Chebyshev); Miller, "Simultaneous statistical inference", 1981, section 1.3 (Bonferroni)',
  measure: (input) =>
    compareShares(lInfinity, input, {
      value: ({ current, reference }) => current.reduce((greatest, q, bin) => Math.max(greatest, Math.abs(q - reference[bin]!)), 0),
      criticalValue,
    }),
};

/** By Newton's method on the logarithm of the chance, which bends little. */
function criticalValue({ pooled, inverseCounts }: ComparedShares, significance: number): number {
  if (pooled.length === 1) return 0;
  // Of two bins one gains what the other loses: they pass it together, and count once.
  const shares = pooled.length === 2 ? pooled.subarray(1) : pooled;
  const deviations = shares.map((share) => Math.sqrt(share * (1 - share) * inverseCounts));
  let x = Math.max(...deviations);
  for (let step = 0; step < STEPS_MAX; step++) {
    let [chance, density] = [0, 0];
    for (const deviation of deviations) {
      const z = x / deviation;
      chance += chiSquareUpperTail(z * z, 1);
      density += (Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2)) / deviation;
    }
    const change = (Math.log(chance / significance) * chance) / density;
    x += change;
    if (Math.abs(change) <= 1e-14 * x) break;
  }
  return Math.min(1, x);
}

/** It takes about ten. */
const STEPS_MAX = 100;
