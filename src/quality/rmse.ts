import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Root of the mean squared error of a regression: sqrt((1/n) sum of (estimate - truth)^2).
 *
 * Use it for: large errors that cost more than in proportion. Not for: data with outliers of no meaning, one of which can set its value.
 * In the unit of the prediction. Range 0 upwards, never below MAE; 0 where every estimate was right. Cost: constant.
 */
export const rmse: QualityMetric<'errors'> = {
  name: 'rmse',
  reads: 'errors',
  scale: { unit: 'prediction_unit', min: 0, max: Infinity, worse: 'higher' },
  countMin: PREDICTIONS_MIN,
  source: 'Willmott and Matsuura, "Advantages of the mean absolute error (MAE) over the root mean square error (RMSE)", 2005',
  measure({ squared, count }) {
    return readingOf(Math.sqrt(squared / count), { count, total: count, countMin: rmse.countMin });
  },
};
