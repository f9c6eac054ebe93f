import { chiSquareCriticalValue, compareShares, sumOverBins } from './compare-shares.js';
import { SHARE_FLOOR } from './psi.js';
import { BINNED_COUNT_MIN, type Statistic } from './statistic.js';

/**
 * Kullback-Leibler divergence of the current from the reference shares, in nats: what one loses by taking the reference for the truth.
 * Formula: sum of q ln(q / p) over the bins, q the current and p the reference share. 0 ln 0 is 0; where p is 0, and q is not, it counts as
 * 1e-4, and p is divided by its sum again.
 *
 * Use it for: what theory states in it. Not for: watching, in the first place; it is not symmetric, and where the reference has an empty bin,
 * the floor decides its size.
 * Range from 0, no limit above: 0 where all shares are equal. Undetermined below 100 values on either side.
 * Critical value: chi-square quantile (bins - 1) times (1/n + 1/m) / 2. Cost: linear in the bins.
 */
export const kullbackLeibler: Statistic<'frequencies'> = {
  name: 'kullback-leibler',
  reads: 'frequencies',
  scale: { unit: 'nats', min: 0, max: Infinity, worse: 'higher' },
  countMin: BINNED_COUNT_MIN,
  source: 'Kullback and Leibler, "On information and sufficiency", 1951, eq. 2.4',
  measure: (input) =>
    compareShares(kullbackLeibler, input, {
      value(shares) {
        const floor = (p: number) => (p === 0 ? SHARE_FLOOR : p);
        const total = shares.reference.some((p) => p === 0) ? sumOverBins(shares, (_, p) => floor(p)) : 1;
        // Terms of both signs: rounding may leave their sum just below 0.
        return Math.max(
          0,
          sumOverBins(shares, (q, p) => (q === 0 ? 0 : q * Math.log((q / floor(p)) * total))),
        );
      },
      criticalValue: (shares, significance) => chiSquareCriticalValue(shares, significance) / 2,
    }),
};
