import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/** Rows of THE TABLE on shadow, by challenger. sent = scored + dropped + failed + timed out + skipped, exactly, once nothing is under way. */
export const SHADOW_METRICS = [
  m(
    'modelwatch_shadow_sent_total',
    'counter',
    MODEL,
    'Copies of requests meant for a challenger. Equals the sum of the outcomes + under way.',
  ),
  m(
    'modelwatch_shadow_outcomes_total',
    'counter',
    [...MODEL, 'outcome'],
    'What became of the copies: scored, dropped (too many under way), failed, timed_out, skipped (not one the challenger takes).',
  ),
  m('modelwatch_shadow_in_flight', 'gauge', MODEL, 'Copies under way in a challenger.'),
  m('modelwatch_shadow_in_flight_capacity', 'gauge', MODEL, 'Copies that may be under way at once; further ones are dropped.'),
  m('modelwatch_shadow_in_flight_bytes', 'gauge', MODEL, 'Bytes that the copies under way in a challenger keep in memory.'),
  m(
    'modelwatch_shadow_in_flight_capacity_bytes',
    'gauge',
    MODEL,
    'Bytes that copies under way may keep; further ones are dropped, unless one is alone.',
  ),
  m(
    'modelwatch_shadow_agreement_total',
    'counter',
    [...MODEL, 'outcome'],
    'Predictions scored by champion and challenger, by whether they agree: both_positive, champion_only_positive, challenger_only_positive, both_negative; of estimates within_tolerance, beyond_tolerance.',
  ),
  m(
    'modelwatch_shadow_output_missing_total',
    'counter',
    [...MODEL, 'side'],
    'Predictions to which one version or both gave no output: champion, challenger, both.',
  ),
  m(
    'modelwatch_shadow_difference_bin_total',
    'counter',
    [...MODEL, 'bin'],
    'Outputs by the difference of challenger less champion; a bin is named by its upper bound.',
  ),
  m('modelwatch_shadow_difference_over_total', 'counter', MODEL, 'Sum of the differences where the challenger gave more.'),
  m(
    'modelwatch_shadow_difference_under_total',
    'counter',
    MODEL,
    'Sum of the magnitudes of the differences where the challenger gave less.',
  ),
  m('modelwatch_shadow_difference_squared_total', 'counter', MODEL, 'Sum of the squared differences.'),
  m(
    'modelwatch_shadow_latency_difference_bin_total',
    'counter',
    [...MODEL, 'bin'],
    'Requests by the scoring time of challenger less champion in seconds; a bin is named by its upper bound.',
  ),
  m('modelwatch_shadow_champion_seconds_total', 'counter', MODEL, 'Scoring time of the champion over the requests that both scored.'),
  m('modelwatch_shadow_challenger_seconds_total', 'counter', MODEL, 'Scoring time of the challenger over the requests that both scored.'),
  m(
    'modelwatch_shadow_champion_latency_squared_total',
    'counter',
    MODEL,
    'Sum of the squared scoring times of the champion, in seconds squared, over the requests that both scored.',
  ),
  m(
    'modelwatch_shadow_challenger_latency_squared_total',
    'counter',
    MODEL,
    'Sum of the squared scoring times of the challenger, in seconds squared, over the requests that both scored.',
  ),
  m(
    'modelwatch_shadow_latency_difference_squared_total',
    'counter',
    MODEL,
    'Sum of the squared differences of scoring times, in seconds squared, over the requests that both scored.',
  ),
  m(
    'modelwatch_shadow_latency_missing_total',
    'counter',
    MODEL,
    'Requests that the challenger scored and whose scoring times are not compared: one of them was not measured.',
  ),
  m(
    'modelwatch_local_rollout_verdict',
    'gauge',
    [...MODEL, 'verdict'],
    "This sidecar's own verdict on a challenger, on all that it has counted: 1 for that one of promote, hold, reject, insufficient_data, 0 for the others.",
  ),
] as const;
