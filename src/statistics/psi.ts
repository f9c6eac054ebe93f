import { chiSquareCriticalValue, compareShares, sumOverBins } from './compare-shares.js';
import { BINNED_COUNT_MIN, type Statistic } from './statistic.js';

/** What the share of an empty bin counts as, so that its logarithm exists. */
export const SHARE_FLOOR = 1e-4;

/**
 * Population stability index: how differently the values fall into the bins, in nats. Formula: sum of (q - p) ln(q / p) over the bins, q the
 * current and p the reference share; a share of 0 counts as 1e-4 and others are left alone.
 *
 * Use it for: one number a feature that the field knows. Not for: comparing features with different numbers of bins, or windows with different
 * counts, without the critical value: chance alone gives (bins - 1) (1/n + 1/m) on average.
 * Range from 0, no limit above: 0 where all shares are equal. Symmetric. Undetermined below 100 values on either side.
 * Critical value: chi-square quantile (bins - 1) times (1/n + 1/m). Cost: linear in the bins.
 */
export const psi: Statistic<'frequencies'> = {
  name: 'psi',
  reads: 'frequencies',
  scale: { unit: 'nats', min: 0, max: Infinity, worse: 'higher' },
  countMin: BINNED_COUNT_MIN,
  source:
    'Kullback and Leibler, "On information and sufficiency", 1951, eq. 2.6 (J); Yurdakul, "Statistical properties of population stability index", 2018, theorem 3.2.1',
  measure: (input) =>
    compareShares(psi, input, {
      value: (shares) => sumOverBins(shares, psiOfBin),
      criticalValue: chiSquareCriticalValue,
    }),
};

/**
 * What one bin adds to PSI, from its current and its reference share: (q - p) ln(q / p), where a share of 0 counts as 1e-4. Never below 0.
 *
 * @example psiOfBin(0.2, 0.1) // 0.06931471805599453
 */
export function psiOfBin(share: number, referenceShare: number): number {
  const q = share === 0 ? SHARE_FLOOR : share;
  const p = referenceShare === 0 ? SHARE_FLOOR : referenceShare;
  return (q - p) * Math.log(q / p);
}
