import { chiSquareCriticalValue, compareShares, sumOverBins } from './compare-shares.js';
import { BINNED_COUNT_MIN, type Statistic } from './statistic.js';

/**
 * Hellinger distance: the Euclidean distance of the roots of the shares, scaled to 0..1. Formula: sqrt(1/2 sum of (sqrt q - sqrt p)^2) over the
 * bins, q the current and p the reference share.
 *
 * Use it for: a bounded metric without logarithms; it weighs new values in bins that were rare or empty. Not for: values whose order matters.
 * Range 0..1: 0 where all shares are equal, 1 where no bin holds values of both. A metric. Undetermined below 100 values on either side.
 * Critical value: sqrt(chi-square quantile (bins - 1) times (1/n + 1/m) / 8). Cost: linear in the bins.
 */
export const hellinger: Statistic<'frequencies'> = {
  name: 'hellinger',
  reads: 'frequencies',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: BINNED_COUNT_MIN,
  source:
    'Le Cam and Yang, "Asymptotics in statistics", 2000, section 3.2; Pardo, "Statistical inference based on divergence measures", 2006, theorem 3.1',
  measure: (input) =>
    compareShares(hellinger, input, {
      value: (shares) => Math.min(1, Math.sqrt(sumOverBins(shares, (q, p) => (Math.sqrt(q) - Math.sqrt(p)) ** 2) / 2)),
      criticalValue: (shares, significance) => Math.sqrt(chiSquareCriticalValue(shares, significance) / 8),
    }),
};
