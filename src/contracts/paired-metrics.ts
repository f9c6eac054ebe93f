import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/** Rows of THE TABLE on challengers once there is ground truth, counted in the store: each pair once. received = joined + expired + waiting, exactly. */
export const PAIRED_METRICS = [
  m(
    'modelwatch_shadow_outputs_received_total',
    'counter',
    MODEL,
    'Outputs of a challenger that found their prediction: joined with ground truth, expired, or waiting for it.',
  ),
  m(
    'modelwatch_shadow_outputs_unpaired_total',
    'counter',
    [...MODEL, 'reason'],
    'Outputs of a challenger that are compared with nothing: unmatched (no prediction of their id waits), duplicate, full.',
  ),
  m(
    'modelwatch_shadow_paired_total',
    'counter',
    [...MODEL, 'outcome'],
    'Predictions with ground truth that champion and challenger scored, by who was right: both_right, champion_only_right, challenger_only_right, both_wrong.',
  ),
  m(
    'modelwatch_shadow_paired_missing_total',
    'counter',
    MODEL,
    'Predictions with ground truth to which champion or challenger gave no output.',
  ),
  m('modelwatch_shadow_losses_compared_total', 'counter', MODEL, 'Predictions with ground truth of which both versions have a loss.'),
  m(
    'modelwatch_shadow_loss_missing_total',
    'counter',
    MODEL,
    'Predictions with ground truth that both scored and of which one version has no loss: an output outside 0..1 is no probability.',
  ),
  m(
    'modelwatch_shadow_more_loss_total',
    'counter',
    MODEL,
    'Sum of the differences of squared errors where the challenger was worse than the champion.',
  ),
  m(
    'modelwatch_shadow_less_loss_total',
    'counter',
    MODEL,
    'Sum of the magnitudes of the differences of squared errors where the challenger was better than the champion.',
  ),
  m('modelwatch_shadow_loss_difference_squared_total', 'counter', MODEL, 'Sum of the squared differences of squared errors.'),
  m(
    'modelwatch_shadow_slice_agreement_total',
    'counter',
    [...MODEL, 'slice', 'slice_value', 'outcome'],
    'Predictions scored by champion and challenger, by slice value and by whether they agree; values over the cap count as __other__.',
  ),
  m(
    'modelwatch_shadow_slice_paired_total',
    'counter',
    [...MODEL, 'slice', 'slice_value', 'outcome'],
    'Predictions with ground truth that both scored, by slice value and by who was right; values over the cap count as __other__.',
  ),
] as const;
