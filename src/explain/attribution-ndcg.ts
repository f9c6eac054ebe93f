import { compareAttributions, EXPLANATIONS_MIN, sharesOf, type AttributionStatistic } from './attribution-statistic.js';

/**
 * Normalised discounted cumulative gain of the order of features by live attribution: whether what mattered in training still comes first.
 *
 * Formula: DCG / the greatest DCG; DCG = sum over places k = 1, 2, ... of g / log2(k + 1), g the training attribution (mean |value|) of the feature
 * that is k-th by live attribution. Features of equal live attribution share their places: each has the mean gain of them all.
 *
 * Use it for: noticing that other features decide than in training. Not for: attributions that change and keep their order, see the total
 * variation; a change among features that did not matter in training, which gains little either way.
 * Range above 0 to 1: 1 where the order is that of training. Undetermined below 100 explained predictions on either side; undefined with one
 * feature, and where no feature mattered in training. No critical value. Cost: a sort of the features.
 */
export const attributionNdcg: AttributionStatistic = {
  name: 'attribution-ndcg',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'lower' },
  countMin: EXPLANATIONS_MIN,
  source:
    'Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002; discount of every place: Wang et al., "A theoretical analysis of NDCG type ranking measures", 2013, definition 1; ties: McSherry and Najork, "Computing information retrieval performance measures efficiently in the presence of tied scores", 2008',
  measure: (input) =>
    compareAttributions(attributionNdcg, input, (current, reference) => {
      const gains = sharesOf(reference);
      if (gains === undefined || gains.length < 2) return undefined;
      // Rounding alone leaves the range, where orders are the same and sums are not.
      return Math.min(1, discountedGain(gains, current) / discountedGain(gains, gains));
    }),
};

/**
 * The greatest discounted cumulative gain that gains can have over the first places: in their own order. What a rule divides by, since it does
 * not change while a model serves.
 */
export function greatestDiscountedGain(gains: ArrayLike<number>, places: number): number {
  const first = Float64Array.from(gains).sort().reverse().slice(0, places);
  return first.reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
}

/** Discounted cumulative gain by descending score. */
function discountedGain(gains: Float64Array, scores: Float64Array): number {
  const order = Array.from(gains.keys()).sort((a, b) => scores[b]! - scores[a]!);
  let sum = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    let [gain, discount] = [0, 0];
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++) {
      gain += gains[order[end]!]!;
      discount += 1 / Math.log2(end + 2);
    }
    sum += (gain / (end - start)) * discount;
  }
  return sum;
}
