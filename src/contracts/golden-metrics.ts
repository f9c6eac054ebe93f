import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/** Rows of THE TABLE on golden rows: rows of training with the output recorded there, scored again at load and every hour. */
export const GOLDEN_METRICS = [
  m('modelwatch_golden_rows', 'gauge', MODEL, 'Golden rows scored again in the last replay.'),
  m(
    'modelwatch_golden_row_failures',
    'gauge',
    MODEL,
    'Golden rows of the last replay that gave no output, or one farther from the recorded one than the tolerance of the baseline.',
  ),
  m(
    'modelwatch_golden_row_difference_max',
    'gauge',
    MODEL,
    'Largest absolute difference of an output from the recorded one, in the unit of the output, in the last replay.',
  ),
  m('modelwatch_golden_replay_timestamp_seconds', 'gauge', MODEL, 'When the golden rows were last replayed, in seconds since the epoch.'),
] as const;
