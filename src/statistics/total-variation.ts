import { compareShares, sumOverBins } from './compare-shares.js';
import { gaussianL1NormCriticalValue } from './gaussian-l1-norm.js';
import { BINNED_COUNT_MIN, type Statistic } from './statistic.js';

/**
 * Total variation distance: the share of values that would have to change their bin. Formula: 1/2 sum of |q - p| over the bins, q the current
 * and p the reference share.
 *
 * Use it for: a number that everyone understands. Not for: changes in rare bins, which weigh no more than their share; values whose order matters.
 * Range 0..1: 0 where all shares are equal, 1 where no bin holds values of both. A metric. Undetermined below 100 values on either side.
 * Critical value: from mean, variance and tail of a sum of normal magnitudes; at most about the chance. Cost: linear in the bins, its square for the critical value.
 */
export const totalVariation: Statistic<'frequencies'> = {
  name: 'total-variation',
  reads: 'frequencies',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: BINNED_COUNT_MIN,
  source: 'Levin and Peres, "Markov chains and mixing times", 2017, proposition 4.2',
  measure: (input) =>
    compareShares(totalVariation, input, {
      value: (shares) => Math.min(1, sumOverBins(shares, (q, p) => Math.abs(q - p)) / 2),
      criticalValue: ({ pooled, inverseCounts }, significance) =>
        gaussianL1NormCriticalValue(significance, {
          size: pooled.length,
          covariance: (i, j) => ((i === j ? pooled[i]! * (1 - pooled[i]!) : -pooled[i]! * pooled[j]!) * inverseCounts) / 4,
          varianceMax: halvesVariance(Math.max(...pooled)) * inverseCounts,
        }),
    }),
};

/**
 * The distance is the greatest difference of any set of bins. Its share has variance s (1 - s): most where s is nearest to a half. With a bin
 * above a half that is the bin itself; else some set is near a half, and none is nearer.
 */
function halvesVariance(greatestShare: number): number {
  return greatestShare > 0.5 ? greatestShare * (1 - greatestShare) : 0.25;
}
