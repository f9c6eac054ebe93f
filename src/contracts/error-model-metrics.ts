import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/** Rows of THE TABLE on error models. sent = scored + dropped + failed + timed out + skipped, exactly, once nothing is under way. */
export const ERROR_MODEL_METRICS = [
  m(
    'modelwatch_error_model_ready',
    'gauge',
    MODEL,
    'Whether the error model is loaded; 1 or 0. Of one that cannot be loaded the log says why.',
  ),
  m(
    'modelwatch_error_model_sent_total',
    'counter',
    MODEL,
    'Copies of requests meant for the error model. Equals the sum of the outcomes + under way.',
  ),
  m(
    'modelwatch_error_model_outcomes_total',
    'counter',
    [...MODEL, 'outcome'],
    'What became of the copies: scored, dropped (too many under way), failed, timed_out, skipped (not loaded, or not one it takes).',
  ),
  m('modelwatch_error_model_in_flight', 'gauge', MODEL, 'Copies under way in the error model.'),
  m(
    'modelwatch_error_model_in_flight_capacity',
    'gauge',
    MODEL,
    'Copies that may be under way in the error model at once; further ones are dropped.',
  ),
  m('modelwatch_error_model_in_flight_bytes', 'gauge', MODEL, 'Bytes that the copies under way in the error model keep in memory.'),
  m(
    'modelwatch_error_model_in_flight_capacity_bytes',
    'gauge',
    MODEL,
    'Bytes that copies under way in the error model may keep; further ones are dropped, unless one is alone.',
  ),
  m(
    'modelwatch_estimated_absolute_error_total',
    'counter',
    MODEL,
    'Sum of the absolute errors that predictions are expected to have, by the error model: an estimate, no observation.',
  ),
  m(
    'modelwatch_estimated_squared_error_total',
    'counter',
    MODEL,
    'Sum of the squared errors that predictions are expected to have, by the error model: an estimate, no observation.',
  ),
  m('modelwatch_estimated_error_rows_total', 'counter', MODEL, 'Predictions whose expected errors are in the sums.'),
  m('modelwatch_estimated_error_clamped_total', 'counter', MODEL, 'Predictions of which an expected error was below 0, and counts as 0.'),
  m(
    'modelwatch_estimated_error_missing_total',
    'counter',
    MODEL,
    'Predictions that no sum counts, as the error model gave NaN or a number too great.',
  ),
] as const;
