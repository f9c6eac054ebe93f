import type { Scale } from '../../contracts/reading.js';
import { mae } from '../mae.js';
import { readingOf } from '../quality-metric.js';
import { rmse } from '../rmse.js';
import type { EstimatedErrors } from './estimated-errors.js';
import type { EstimatedReading } from './quality-estimates.js';

/** An estimate of the error of a regression before ground truth comes, under the metric's own name, scale and least count. */
export interface ErrorEstimate {
  readonly name: string;
  /** The output of an error model that it is made of. */
  readonly output: 'absolute_error' | 'squared_error';
  readonly evidence: 'estimate';
  readonly scale: Scale;
  readonly countMin: number;
  readonly source: string;
  measure(errors: EstimatedErrors): EstimatedReading;
}

/**
 * Direct loss estimation (DLE): MAE and RMSE of a regression, from the errors that a second model expects of its predictions.
 *
 * Formula: MAE = (1/n) sum of estimated absolute errors; RMSE = sqrt((1/n) sum of estimated squared errors).
 *
 * Use them for: weeks in which ground truth is still under way. Not for: a change in what comes of the same features (concept drift), nor features
 * beyond those that the error model was fitted on.
 * In the unit of the prediction, 0 upwards. As good as the error model. Undetermined as the metric is. Cost: constant.
 */
export const ERROR_ESTIMATES: readonly ErrorEstimate[] = [
  estimateOf(mae, 'absolute_error', ({ absolute, count }) => absolute / count),
  estimateOf(rmse, 'squared_error', ({ squared, count }) => Math.sqrt(squared / count)),
];

function estimateOf(
  { name, scale, countMin }: Pick<ErrorEstimate, 'name' | 'scale' | 'countMin'>,
  output: ErrorEstimate['output'],
  valueOf: (errors: EstimatedErrors) => number,
): ErrorEstimate {
  return {
    name,
    output,
    evidence: 'estimate',
    scale,
    countMin,
    source: 'NannyML 0.13.1, Direct Loss Estimation (DLE): the mean of what a model of the errors predicts',
    measure: (errors) => ({
      ...readingOf(valueOf(errors), { count: errors.count, total: errors.count, countMin }),
      evidence: 'estimate',
    }),
  };
}
