import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Mean absolute error of a regression: (1/n) sum of |estimate - truth|.
 *
 * Use it for: the size of a usual error, in the unit of the prediction. Not for: rare large errors, which it averages away (RMSE does not).
 * Range 0 upwards, 0 where every estimate was right. Cost: constant.
 */
export const mae: QualityMetric<'errors'> = {
  name: 'mae',
  reads: 'errors',
  scale: { unit: 'prediction_unit', min: 0, max: Infinity, worse: 'higher' },
  countMin: PREDICTIONS_MIN,
  source: 'Willmott and Matsuura, "Advantages of the mean absolute error (MAE) over the root mean square error (RMSE)", 2005',
  measure({ over, under, count }) {
    return readingOf((over + under) / count, { count, total: count, countMin: mae.countMin });
  },
};
