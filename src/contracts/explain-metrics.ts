import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/**
 * Places that the NDCG of rules looks at. With at most as many features it is that of all places; with more, the features behind have no gain in
 * either order, as in NDCG cut off at a place (Järvelin and Kekäläinen, 2002).
 */
export const NDCG_PLACES = 32;

const FEATURE = ['model', 'version', 'feature'] as const;

/** Rows of THE TABLE on explanations. sampled = explained + dropped + failed + timed out + skipped, exactly, once nothing is under way. */
export const EXPLAIN_METRICS = [
  m(
    'modelwatch_explanations_sampled_total',
    'counter',
    MODEL,
    'Predictions chosen to be explained, by the hash of their ids. Equals the sum of the outcomes + under way.',
  ),
  m(
    'modelwatch_explanation_outcomes_total',
    'counter',
    [...MODEL, 'outcome'],
    'What became of the predictions chosen: explained, dropped (no room while the budget is used up), failed, timed_out, skipped (no child yet, or not one it takes).',
  ),
  m('modelwatch_explanations_in_flight', 'gauge', MODEL, 'Predictions waiting to be explained, or being explained.'),
  m('modelwatch_explanations_in_flight_capacity', 'gauge', MODEL, 'Predictions that wait to be explained at most.'),
  m('modelwatch_explainer_ready', 'gauge', MODEL, 'Whether the child that scores rows for explanations is loaded; 1 or 0.'),
  m(
    'modelwatch_explanation_scored_rows_total',
    'counter',
    MODEL,
    'Rows scored for explanations, mixed of a prediction and of background rows of the baseline.',
  ),
  m(
    'modelwatch_explanation_cpu_seconds_total',
    'counter',
    MODEL,
    'CPU time that explaining took: of its child once it is loaded, and of mixing rows. A call that ended its child counts as long as it took.',
  ),
  m('modelwatch_explanation_cpu_max_ratio', 'gauge', MODEL, 'Share of one core that explaining may take, as configured.'),
  m(
    'modelwatch_attribution_positive_total',
    'counter',
    FEATURE,
    'Sum of the Shapley values above 0 of a feature, in the unit of the output. With the negative ones: sum of values, and of absolute values.',
  ),
  m('modelwatch_attribution_negative_total', 'counter', FEATURE, 'Sum of the magnitudes of the Shapley values below 0 of a feature.'),
  m('modelwatch_attribution_squared_total', 'counter', FEATURE, 'Sum of the squares of the Shapley values of a feature.'),
  m(
    'modelwatch_baseline_attribution_ratio',
    'gauge',
    FEATURE,
    "Share of a feature in the mean absolute Shapley values of the baseline's explained rows; all features sum to 1.",
  ),
  m(
    'modelwatch_baseline_attribution_gain_ratio',
    'gauge',
    MODEL,
    `Greatest discounted cumulative gain of the shares of the baseline over the first ${NDCG_PLACES} places: what NDCG divides by.`,
  ),
  m('modelwatch_baseline_explanations', 'gauge', MODEL, 'Rows of training data that were explained for the baseline.'),
  m('modelwatch_golden_explanations', 'gauge', MODEL, 'Golden rows explained again in the last replay.'),
  m(
    'modelwatch_golden_explanation_failures',
    'gauge',
    MODEL,
    'Golden rows of the last replay that could not be explained, or had a Shapley value farther from the recorded one than the tolerance of the baseline.',
  ),
  m(
    'modelwatch_golden_explanation_difference_max',
    'gauge',
    MODEL,
    'Largest absolute difference of a Shapley value of a golden row from the recorded one, in the unit of the output, in the last replay.',
  ),
  m(
    'modelwatch_golden_explanation_timestamp_seconds',
    'gauge',
    MODEL,
    'When golden rows were last explained again, in seconds since the epoch.',
  ),
] as const;
