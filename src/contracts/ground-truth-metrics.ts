import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

const BIN = [...MODEL, 'bin'] as const;

/** Rows of THE TABLE on the distribution of ground truth: joined with predictions, and at evaluation. */
export const GROUND_TRUTH_METRICS = [
  m('modelwatch_ground_truth_bin_total', 'counter', BIN, "Ground truth of joined predictions by bin of the baseline's evaluation."),
  m('modelwatch_ground_truth_cumulative_total', 'counter', BIN, 'Ground truth of joined predictions in this bin and all bins below it.'),
  m('modelwatch_baseline_ground_truth_bin_ratio', 'gauge', BIN, "Share of the evaluation's ground truth in a bin."),
  m(
    'modelwatch_baseline_ground_truth_cumulative_ratio',
    'gauge',
    BIN,
    "Share of the evaluation's ground truth in this bin and all bins below it.",
  ),
  m('modelwatch_baseline_ground_truth_values', 'gauge', MODEL, 'Ground truth in the evaluation.'),
  m(
    'modelwatch_baseline_ground_truth_chi_square_quantile',
    'gauge',
    MODEL,
    'As modelwatch_baseline_chi_square_quantile, for ground truth.',
  ),
] as const;
