import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/** Rows of THE TABLE on drift of features together. Errors are in standard deviations of the baseline's features. */
export const MULTIVARIATE_METRICS = [
  m('modelwatch_reconstruction_error_total', 'counter', MODEL, 'Sum of the reconstruction errors of sampled predictions.'),
  m('modelwatch_reconstruction_error_squared_total', 'counter', MODEL, 'Sum of the squared reconstruction errors of sampled predictions.'),
  m('modelwatch_reconstruction_rows_total', 'counter', MODEL, 'Predictions whose reconstruction error was summed.'),
  m(
    'modelwatch_reconstruction_beyond_rows_total',
    'counter',
    MODEL,
    "Predictions whose reconstruction error lay beyond the baseline's mean error by more than 3 of its standard deviations.",
  ),
  m(
    'modelwatch_reconstruction_missing_rows_total',
    'counter',
    MODEL,
    'Sampled predictions with numbers too great for a reconstruction error.',
  ),
  m('modelwatch_reconstruction_sample_ratio', 'gauge', MODEL, 'Share of predictions whose reconstruction error is computed.'),
  m(
    'modelwatch_baseline_reconstruction_error',
    'gauge',
    MODEL,
    "Mean reconstruction error of the baseline's rows, each as if it were new.",
  ),
  m(
    'modelwatch_baseline_reconstruction_error_deviation',
    'gauge',
    MODEL,
    "Standard deviation of the reconstruction errors of the baseline's rows.",
  ),
  m('modelwatch_baseline_reconstruction_rows', 'gauge', MODEL, 'Rows that these two rest on.'),
  m('modelwatch_recent_rows', 'gauge', MODEL, 'Recent predictions whose features are kept for the domain classifier.'),
  m(
    'modelwatch_recent_capacity_rows',
    'gauge',
    MODEL,
    'Predictions that are kept so at most; a later one takes the place of the earliest.',
  ),
] as const;
