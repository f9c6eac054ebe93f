import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Mean error: (1/n) sum of estimate - truth. Of probabilities: mean score minus share of positives, calibration in the large.
 *
 * Use it for: estimates that are too high or too low on the whole. Not for: the size of errors, which cancel here (MAE, RMSE).
 * In the unit of the prediction. Any sign: above 0 estimates are too high, 0 is no bias. Cost: constant.
 */
export const bias: QualityMetric<'errors'> = {
  name: 'bias',
  reads: 'errors',
  scale: { unit: 'prediction_unit', min: -Infinity, max: Infinity, worse: 'away_from_zero' },
  countMin: PREDICTIONS_MIN,
  source: 'Jolliffe and Stephenson, "Forecast verification", 2nd edition, 2012, mean error',
  measure({ over, under, count }) {
    return readingOf((over - under) / count, { count, total: count, countMin: bias.countMin });
  },
};
