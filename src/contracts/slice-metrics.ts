import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

const SLICE = [...MODEL, 'slice', 'slice_value'] as const;
const OF_SLICE = [...MODEL, 'slice'] as const;

/**
 * Rows of THE TABLE on slices. Each joined prediction that has the slice is counted under one value: the first values have series of their own, then
 * those that are worse than the whole for certain, and the rest is `__other__`. So the sum over the values is exact, and no counter goes down.
 */
export const SLICE_METRICS = [
  m('modelwatch_slice_predictions_total', 'counter', SLICE, 'Predictions by slice.'),
  m('modelwatch_slice_confusion_total', 'counter', [...SLICE, 'outcome'], 'Joined classifications by slice and outcome.'),
  m('modelwatch_slice_joined_total', 'counter', SLICE, 'Joined predictions that had an output, by slice.'),
  m(
    'modelwatch_slice_score_bin_total',
    'counter',
    [...SLICE, 'truth', 'bin'],
    'Joined scores by slice, ground truth (0 or 1) and one of 20 equal-width bins of 0..1.',
  ),
  m(
    'modelwatch_slice_score_cumulative_total',
    'counter',
    [...SLICE, 'truth', 'bin'],
    'Joined scores of ground truth 1 by slice, in this bin and all bins below it: AUC from bins.',
  ),
  m('modelwatch_slice_calibration_score_total', 'counter', [...SLICE, 'bin'], 'Sum of joined scores by slice and calibration bin.'),
  m('modelwatch_slice_calibration_positive_total', 'counter', [...SLICE, 'bin'], 'Positive ground truth by slice and calibration bin.'),
  m('modelwatch_slice_squared_error_total', 'counter', SLICE, 'Sum of squared differences of output and ground truth, by slice.'),
  m('modelwatch_slice_over_error_total', 'counter', SLICE, 'Sum of output minus ground truth where the output was greater, by slice.'),
  m('modelwatch_slice_under_error_total', 'counter', SLICE, 'Sum of ground truth minus output where the output was smaller, by slice.'),
  m('modelwatch_slice_shown_values', 'gauge', OF_SLICE, 'Values of a slice that have series of their quality.'),
  m('modelwatch_slice_shown_values_capacity', 'gauge', OF_SLICE, 'Values of a slice that may have such series: valuesMax and worstMax.'),
  m('modelwatch_slice_kept_values', 'gauge', OF_SLICE, 'Values of a slice whose quality is kept by value without series of their own.'),
  m('modelwatch_slice_kept_values_capacity', 'gauge', OF_SLICE, 'Values of a slice that may be kept so: keptMax less valuesMax.'),
  m(
    'modelwatch_slice_unkept_total',
    'counter',
    OF_SLICE,
    'Joined predictions of values that are not kept, because as many as allowed are: counted as __other__ alone.',
  ),
] as const;
