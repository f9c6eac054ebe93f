import { chiSquareCriticalValue, compareShares, sumOverBins } from './compare-shares.js';
import { BINNED_COUNT_MIN, type Statistic } from './statistic.js';

/**
 * Jensen-Shannon distance: the square root of the divergence of both from their mean, in bits. Formula: sqrt(KL(q | m) / 2 + KL(p | m) / 2)
 * with logarithms of base 2, m = (q + p) / 2, q the current and p the reference share.
 *
 * Use it for: a bounded metric that needs no floor for empty bins; comparing features. Not for: values whose order matters.
 * Range 0..1: 0 where all shares are equal, 1 where no bin holds values of both. A metric: symmetric, with the triangle inequality.
 * Undetermined below 100 values on either side.
 * Critical value: sqrt(chi-square quantile (bins - 1) times (1/n + 1/m) / (8 ln 2)). Cost: linear in the bins.
 */
export const jensenShannon: Statistic<'frequencies'> = {
  name: 'jensen-shannon',
  reads: 'frequencies',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: BINNED_COUNT_MIN,
  source:
    'Lin, "Divergence measures based on the Shannon entropy", 1991, eq. 4.1; Endres and Schindelin, "A new metric for probability distributions", 2003, eq. 1',
  measure: (input) =>
    compareShares(jensenShannon, input, {
      value: (shares) => Math.min(1, Math.sqrt(sumOverBins(shares, divergenceBits))),
      criticalValue: (shares, significance) => Math.sqrt(chiSquareCriticalValue(shares, significance) / (8 * Math.LN2)),
    }),
};

/**
 * What one bin adds to the divergence. With q = m (1 + d) and p = m (1 - d) it is m/2 ((1 + d) log2(1 + d) + (1 - d) log2(1 - d)), in a form that
 * is exact for small d as well: the difference of logarithms would leave rounding, and its root is not small.
 */
function divergenceBits(q: number, p: number): number {
  const mean = (q + p) / 2;
  const d = (q - p) / (q + p);
  if (Math.abs(d) === 1) return mean;
  return ((mean / 2) * (2 * d * Math.atanh(d) + Math.log1p(-d * d))) / Math.LN2;
}
