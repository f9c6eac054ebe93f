import type { ScoreBins } from '../../sketches/index.js';

/**
 * Variance of the AUC from score bins, over both classes drawn anew; NaN without two of each class.
 *
 * Formula: S_pos / P + S_neg / N. S_pos is the sample variance, over positives, of the share of negatives that each scores above, ties counting
 * half; S_neg that, over negatives, of the share of positives that score above each. All scores of a bin are tied, as in the AUC from bins. 0
 * where the AUC is 0 or 1, which says only that no pair out of order was seen.
 *
 * Use it for: intervals. Not for: two models on the same predictions, whose AUCs are not independent.
 * Cost: one pass over the bins.
 * Source: DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating characteristic curves", 1988:
 * the variance of one curve, from its structural components.
 */
export function aucVariance({ positive, negative }: Pick<ScoreBins, 'positive' | 'negative'>): number {
  const positives = positive.reduce((sum, inBin) => sum + inBin, 0);
  const negatives = negative.reduce((sum, inBin) => sum + inBin, 0);
  if (!(positives >= 2 && negatives >= 2)) return NaN;
  // Of each bin: the share of the other class on the losing side of its scores.
  const ofPositive = new Float64Array(positive.length);
  const ofNegative = new Float64Array(positive.length);
  let [negativesBelow, positivesBelow, area] = [0, 0, 0];
  for (let bin = 0; bin < positive.length; bin++) {
    ofPositive[bin] = (negativesBelow + negative[bin]! / 2) / negatives;
    ofNegative[bin] = 1 - (positivesBelow + positive[bin]! / 2) / positives;
    area += (positive[bin]! / positives) * ofPositive[bin]!;
    negativesBelow += negative[bin]!;
    positivesBelow += positive[bin]!;
  }
  return (
    sumOfSquares(positive, ofPositive, area) / (positives - 1) / positives +
    sumOfSquares(negative, ofNegative, area) / (negatives - 1) / negatives
  );
}

function sumOfSquares(counts: Float64Array, values: Float64Array, mean: number): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) sum += counts[bin]! * (values[bin]! - mean) ** 2;
  return sum;
}
