import { chiSquareCriticalValue, compareShares } from './compare-shares.js';
import { BINNED_COUNT_MIN, type Statistic } from './statistic.js';

/**
 * Pearson's chi-square of the table with a row for the current counts, one for the reference and a column for each bin. Formula: sum of
 * (observed - expected)^2 / expected over its cells, which is sum of (q - p)^2 / s / (1/n + 1/m), s the share of both together.
 *
 * Use it for: whether a difference is chance. Not for: how large it is; it grows with the counts, so that with enough values everything passes.
 * Range from 0 to n + m: 0 where all shares are equal. Symmetric. Undetermined below 100 values on either side.
 * Critical value: chi-square quantile (bins - 1), for bins that hold a value in either. Cost: linear in the bins.
 */
export const chiSquare: Statistic<'frequencies'> = {
  name: 'chi-square',
  reads: 'frequencies',
  scale: { unit: 'chi_square', min: 0, max: Infinity, worse: 'higher' },
  countMin: BINNED_COUNT_MIN,
  source:
    'Pearson, "On the probability that two independent distributions of frequency are really samples from the same population", 1911, eq. v',
  measure: (input) =>
    compareShares(chiSquare, input, {
      value: ({ current, reference, pooled, inverseCounts }) =>
        pooled.reduce((sum, share, bin) => sum + (current[bin]! - reference[bin]!) ** 2 / share, 0) / inverseCounts,
      criticalValue: (shares, significance) => chiSquareCriticalValue(shares, significance) / shares.inverseCounts,
    }),
};
