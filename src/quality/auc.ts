import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Area under the ROC curve, from score bins: the chance that a positive scores above a negative, ties counting half.
 *
 * Formula: sum over bins of pos_b (NEG_b + neg_b / 2) / (P N), where NEG_b counts the negatives in the bins below.
 * Error: pairs within one bin count half, so it is off by at most sum of pos_b neg_b / (2 P N) (`aucErrorMax`), 0 where each bin has one class.
 * `exactAuc` has no such error, and needs the scores.
 *
 * Use it for: how well scores rank, whatever the threshold. Not for: whether scores are right as probabilities.
 * Range 0..1: 0.5 is no better than chance, below is worse. Undefined with one class only. Its count is that of the rarer class: the variance
 * is at most 1 / (4 min(P, N)). Cost: one pass over the bins.
 */
export const auc: QualityMetric<'scores'> = {
  name: 'auc',
  reads: 'scores',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'lower' },
  countMin: PREDICTIONS_MIN,
  source: 'Hanley and McNeil, "The meaning and use of the area under a ROC curve", 1982; variance: Birnbaum and Klose, 1957',
  measure({ positive, negative, count: total }) {
    let [positives, negatives, below] = [0, 0, 0];
    for (let bin = 0; bin < positive.length; bin++) {
      below += positive[bin]! * (negatives + negative[bin]! / 2);
      positives += positive[bin]!;
      negatives += negative[bin]!;
    }
    // Rounding of counts beyond 2^53 is kept from leaving the range.
    const value = Math.min(1, below / (positives * negatives));
    return readingOf(value, { count: Math.min(positives, negatives), total, countMin: auc.countMin });
  },
};

/** By how much `auc` from these bins can differ from the AUC of the scores; NaN with one class only. */
export function aucErrorMax({ positive, negative }: { readonly positive: Float64Array; readonly negative: Float64Array }): number {
  let [positives, negatives, tied] = [0, 0, 0];
  for (let bin = 0; bin < positive.length; bin++) {
    positives += positive[bin]!;
    negatives += negative[bin]!;
    tied += positive[bin]! * negative[bin]!;
  }
  return tied / (2 * positives * negatives);
}
