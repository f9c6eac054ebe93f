import { compareAttributions, EXPLANATIONS_MIN, sharesOf, type AttributionStatistic } from './attribution-statistic.js';

/**
 * Total variation distance of attribution shares: how much of the whole attribution has moved to other features.
 *
 * Formula: 1/2 sum of |q - p| over the features, q and p their shares of the sum of mean |value|, live and in training.
 *
 * Use it for: changes that keep the order, which NDCG does not see. Not for: attributions that grow or shrink all alike; few explained
 * predictions without a look at their count, since chance alone moves shares too.
 * Range 0..1: 0 where all shares are equal, 1 where no feature matters in both. A metric. Undetermined below 100 explained predictions on either
 * side; undefined where no feature matters in one of them. No critical value. Cost: linear in the features.
 */
export const attributionTotalVariation: AttributionStatistic = {
  name: 'attribution-total-variation',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: EXPLANATIONS_MIN,
  source: 'Levin and Peres, "Markov chains and mixing times", 2017, proposition 4.2',
  measure: (input) =>
    compareAttributions(attributionTotalVariation, input, (current, reference) => {
      const [q, p] = [sharesOf(current), sharesOf(reference)];
      if (q === undefined || p === undefined) return undefined;
      return Math.min(1, q.reduce((sum, share, feature) => sum + Math.abs(share - p[feature]!), 0) / 2);
    }),
};
