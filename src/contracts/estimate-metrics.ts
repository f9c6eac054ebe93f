import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

const QUALITY = [...MODEL, 'quality'] as const;

/** Rows of THE TABLE on quality before ground truth, and on the quality that was recorded at evaluation. */
export const ESTIMATE_METRICS = [
  m(
    'modelwatch_estimated_confusion_total',
    'counter',
    [...MODEL, 'outcome'],
    'Outcomes that predictions are expected to have once ground truth comes, from calibrated scores: an estimate, no observation.',
  ),
  m(
    'modelwatch_estimated_score_bin_total',
    'counter',
    [...MODEL, 'truth', 'bin'],
    'Scores by equal-width bin of 0..1 and by the ground truth that is expected of them: an estimate.',
  ),
  m(
    'modelwatch_estimated_score_cumulative_total',
    'counter',
    [...MODEL, 'truth', 'bin'],
    'Scores that are expected to come true (truth 1) in this bin and all bins below it: an estimate, for the AUC.',
  ),
  m(
    'modelwatch_estimated_missing_total',
    'counter',
    MODEL,
    'Predictions that no estimate counts, as their output is absent or no probability.',
  ),
  m(
    'modelwatch_baseline_quality',
    'gauge',
    QUALITY,
    'Quality recorded at evaluation, by metric (quality): accuracy, precision, recall, f1, auc, mae, bias; absent where the evaluation has too few rows or another threshold.',
  ),
  m(
    'modelwatch_baseline_quality_lower',
    'gauge',
    QUALITY,
    'Lower bound of the quality recorded at evaluation, at the confidence 1 - significance.',
  ),
  m(
    'modelwatch_baseline_quality_upper',
    'gauge',
    QUALITY,
    'Upper bound of the quality recorded at evaluation, at the confidence 1 - significance.',
  ),
] as const;
