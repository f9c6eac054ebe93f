import { ALERT_METRICS } from './alert-metrics.js';
import { metricRow as m, MODEL_LABELS as MODEL, type MetricDescription } from './metric-description.js';
import { COST_METRICS } from './cost-metrics.js';
import { EXPLAIN_METRICS } from './explain-metrics.js';
import { ACCESS_METRICS } from './access-metrics.js';
import { ERROR_MODEL_METRICS } from './error-model-metrics.js';
import { ESTIMATE_METRICS } from './estimate-metrics.js';
import { DELAY_SECONDS_BUCKETS, FRESHNESS_METRICS } from './freshness-metrics.js';
import { EVENT_METRICS } from './event-metrics.js';
import { GOLDEN_METRICS } from './golden-metrics.js';
import { GROUND_TRUTH_METRICS } from './ground-truth-metrics.js';
import { LIMIT_METRICS } from './limit-metrics.js';
import { REGISTRY_METRICS } from './registry-metrics.js';
import { PAIRED_METRICS } from './paired-metrics.js';
import { MULTIVARIATE_METRICS } from './multivariate-metrics.js';
import { PARITY_METRICS } from './parity-metrics.js';
import { SAMPLE_METRICS } from './sample-metrics.js';
import { SCHEMA_METRICS } from './schema-metrics.js';
import { STREAM_METRICS } from './stream-metrics.js';
import { SNAPSHOT_METRICS } from './snapshot-metrics.js';
import { SHADOW_METRICS } from './shadow-metrics.js';
import { SLICE_METRICS } from './slice-metrics.js';

export type { MetricDescription };
export { DELAY_SECONDS_BUCKETS } from './freshness-metrics.js';
export { EVENT_SECONDS_BUCKETS } from './event-metrics.js';
export { NDCG_PLACES } from './explain-metrics.js';

const FEATURE = ['model', 'version', 'feature'] as const;
const FEATURE_BIN = [...FEATURE, 'bin'] as const;
const OUTPUT_BIN = [...MODEL, 'bin'] as const;

/** Has a bound at 0.3 s, the usual latency objective, so that the share under it is exact. */
export const LATENCY_SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10] as const;
/** Bins of a score in 0..1 by ground truth: AUC from bins is exact but for pairs within one bin. */
export const SCORE_BINS = 50;
/** The same of one slice value, of which there are many. */
export const SLICE_SCORE_BINS = 20;
/** Equal-width bins of expected calibration error. */
export const CALIBRATION_BINS = 10;

/**
 * Every series Modelwatch exports, apart from the process metrics that prom-client makes (`process_`, `nodejs_`). Counters come before
 * gauges that a rule could compute from them: counters add up over replicas, gauges named `local_` do not.
 */
export const METRICS = [
  // Facts
  m('modelwatch_build_info', 'gauge', ['version', 'node_version'], 'Version of the sidecar and of its runtime; always 1.'),
  m(
    'modelwatch_model_info',
    'gauge',
    [...MODEL, 'source', 'team'],
    'The models watched, where each is scored (onnx, upstream, events) and who owns it; always 1.',
  ),
  m(
    'modelwatch_model_ready',
    'gauge',
    MODEL,
    'Whether the model answers: loaded and warm, its v2 upstream ready, or its JSON service reached and the circuit to it closed; 1 or 0.',
  ),
  // Serving. received = answered + failed + shed, exactly, once nothing is under way.
  m('modelwatch_requests_received_total', 'counter', MODEL, 'Inference requests received. Equals answered + failed + shed + under way.'),
  m(
    'modelwatch_requests_answered_total',
    'counter',
    [...MODEL, 'code'],
    'Inference requests answered, by class of status: 2xx, 3xx from a server behind, or 4xx where the request was at fault.',
  ),
  m(
    'modelwatch_requests_failed_total',
    'counter',
    [...MODEL, 'reason'],
    "Inference requests that failed by our or the upstream's fault (5xx), by reason.",
  ),
  m(
    'modelwatch_requests_shed_total',
    'counter',
    [...MODEL, 'reason'],
    'Inference requests refused at once to protect the rest (503), by reason.',
  ),
  m('modelwatch_requests_in_flight', 'gauge', MODEL, 'Inference requests under way.'),
  m(
    'modelwatch_request_duration_seconds',
    'histogram',
    MODEL,
    'Time from the request read to the answer handed over.',
    LATENCY_SECONDS_BUCKETS,
  ),
  m(
    'modelwatch_scoring_duration_seconds',
    'histogram',
    MODEL,
    'Time the scorer took, the model call or the upstream; the rest of the request is what the sidecar added.',
    LATENCY_SECONDS_BUCKETS,
  ),
  m('modelwatch_predictions_total', 'counter', MODEL, 'Predictions made or ingested: rows, not requests.'),
  m('modelwatch_scorer_restarts_total', 'counter', [...MODEL, 'reason'], 'Scorer children started again, by what ended the last one.'),
  m(
    'modelwatch_scorer_batch_rows',
    'histogram',
    MODEL,
    'Rows per call of the model, after requests were put together.',
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
  ),
  m('modelwatch_quarantined_requests', 'gauge', MODEL, 'Requests remembered as deadly to a scorer child and refused.'),
  ...SHADOW_METRICS,
  ...PAIRED_METRICS,
  ...REGISTRY_METRICS,
  ...EVENT_METRICS,
  ...ALERT_METRICS,
  ...GOLDEN_METRICS,
  ...EXPLAIN_METRICS,
  ...COST_METRICS,
  ...ACCESS_METRICS,
  m('modelwatch_circuit_open', 'gauge', MODEL, 'Whether the circuit to the upstream is open; 1 or 0.'),
  // Features. Mergeable: sum over replicas, then score.
  m('modelwatch_feature_bin_total', 'counter', FEATURE_BIN, 'Values of a feature by bin of the baseline, missing values excluded.'),
  m('modelwatch_feature_cumulative_total', 'counter', FEATURE_BIN, 'Values of a numeric feature in this bin and all bins below it.'),
  m('modelwatch_feature_values_total', 'counter', FEATURE, 'Values of a feature seen, missing ones included.'),
  m('modelwatch_feature_missing_total', 'counter', FEATURE, 'Missing values of a feature: absent, null, NaN or the empty string.'),
  m(
    'modelwatch_feature_out_of_range_total',
    'counter',
    FEATURE,
    'Values of a numeric feature below the least or above the greatest of the baseline.',
  ),
  m('modelwatch_feature_unseen_total', 'counter', FEATURE, 'Values of a categorical feature that the baseline does not know.'),
  m('modelwatch_output_bin_total', 'counter', OUTPUT_BIN, 'Watched outputs by bin of the baseline.'),
  m('modelwatch_output_cumulative_total', 'counter', OUTPUT_BIN, 'Watched outputs in this bin and all bins below it.'),
  m('modelwatch_output_missing_total', 'counter', MODEL, 'Predictions whose output was absent or NaN.'),
  // The baseline, as gauges to compare with.
  m('modelwatch_baseline_bin_ratio', 'gauge', FEATURE_BIN, "Share of the baseline's values in a bin."),
  m(
    'modelwatch_baseline_cumulative_ratio',
    'gauge',
    FEATURE_BIN,
    "Share of the baseline's values in this bin and all bins below it; numeric features.",
  ),
  m('modelwatch_baseline_values', 'gauge', FEATURE, 'Values of the feature in the baseline, missing ones excluded.'),
  m('modelwatch_baseline_missing_ratio', 'gauge', FEATURE, 'Share of missing values in the baseline.'),
  m(
    'modelwatch_baseline_chi_square_quantile',
    'gauge',
    FEATURE,
    'Quantile of chi-square with bins - 1 degrees of freedom at the configured significance; times (1/n + 1/m) it is the critical value of PSI.',
  ),
  m('modelwatch_baseline_output_bin_ratio', 'gauge', [...MODEL, 'bin'], "Share of the baseline's outputs in a bin."),
  m(
    'modelwatch_baseline_output_cumulative_ratio',
    'gauge',
    [...MODEL, 'bin'],
    "Share of the baseline's outputs in this bin and all bins below it.",
  ),
  m('modelwatch_baseline_output_values', 'gauge', MODEL, 'Outputs in the baseline.'),
  m('modelwatch_baseline_output_chi_square_quantile', 'gauge', MODEL, 'As modelwatch_baseline_chi_square_quantile, for the output.'),
  m(
    'modelwatch_baseline_created_timestamp_seconds',
    'gauge',
    MODEL,
    'When the baseline was made, in seconds since the epoch; its age is time() minus this.',
  ),
  // Ground truth and quality. Kept in the store: they go on after a restart, and count every joined pair exactly once.
  m('modelwatch_ground_truth_received_total', 'counter', ['model'], 'Ground truth accepted, duplicates excluded.'),
  m(
    'modelwatch_ground_truth_duplicates_total',
    'counter',
    ['model'],
    'Ground truth received again for a prediction that already had it, and ignored.',
  ),
  m(
    'modelwatch_ground_truth_conflicts_total',
    'counter',
    ['model'],
    'Ground truth received again with another value, and ignored: the first wins.',
  ),
  m('modelwatch_ground_truth_joined_total', 'counter', MODEL, 'Predictions joined with their ground truth.'),
  m(
    'modelwatch_joined_output_missing_total',
    'counter',
    MODEL,
    'Joined predictions whose output was absent or not finite: no sum of errors counts them.',
  ),
  m('modelwatch_ground_truth_expired_total', 'counter', MODEL, 'Predictions whose horizon passed without ground truth.'),
  m(
    'modelwatch_ground_truth_unmatched_total',
    'counter',
    ['model'],
    'Ground truth that was not joined: its horizon passed without a prediction, it came late, or its prediction did not wait.',
  ),
  m(
    'modelwatch_ground_truth_late_total',
    'counter',
    ['model'],
    "Ground truth that came after its prediction's horizon; counted as unmatched too.",
  ),
  m('modelwatch_ground_truth_delay_seconds', 'histogram', MODEL, 'Time from a prediction to its ground truth.', DELAY_SECONDS_BUCKETS),
  m(
    'modelwatch_ground_truth_newest_timestamp_seconds',
    'gauge',
    ['model'],
    'When the newest ground truth became known, in seconds since the epoch; its age is time() minus the greatest of all replicas. Absent before any.',
  ),
  m('modelwatch_predictions_pending', 'gauge', ['model'], 'Predictions waiting for ground truth.'),
  m(
    'modelwatch_confusion_total',
    'counter',
    [...MODEL, 'outcome'],
    'Joined classifications by outcome: true_positive, false_positive, true_negative, false_negative.',
  ),
  m(
    'modelwatch_score_bin_total',
    'counter',
    [...MODEL, 'truth', 'bin'],
    'Joined scores by ground truth (0 or 1) and equal-width bin of 0..1.',
  ),
  m(
    'modelwatch_score_cumulative_total',
    'counter',
    [...MODEL, 'truth', 'bin'],
    'Joined scores by ground truth in this bin and all bins below it: AUC from bins.',
  ),
  m('modelwatch_calibration_predictions_total', 'counter', [...MODEL, 'bin'], 'Joined scores by calibration bin.'),
  m('modelwatch_calibration_score_total', 'counter', [...MODEL, 'bin'], 'Sum of joined scores by calibration bin.'),
  m('modelwatch_calibration_positive_total', 'counter', [...MODEL, 'bin'], 'Positive ground truth by calibration bin.'),
  m(
    'modelwatch_log_loss_nats_total',
    'counter',
    MODEL,
    'Sum of log loss over joined predictions, in nats; scores are kept 2.2e-16 from 0 and 1.',
  ),
  m(
    'modelwatch_squared_error_total',
    'counter',
    MODEL,
    'Sum of squared differences of output and ground truth: Brier score of a probability, squared error of a regression.',
  ),
  m(
    'modelwatch_over_error_total',
    'counter',
    MODEL,
    'Sum of output minus ground truth where the output was greater; plus modelwatch_under_error_total it is the absolute error, minus it the bias.',
  ),
  m('modelwatch_under_error_total', 'counter', MODEL, 'Sum of ground truth minus output where the output was smaller.'),
  ...SLICE_METRICS,
  ...GROUND_TRUTH_METRICS,
  ...ESTIMATE_METRICS,
  ...ERROR_MODEL_METRICS,
  ...MULTIVARIATE_METRICS,
  // Ingest and validation
  m(
    'modelwatch_events_received_total',
    'counter',
    ['model', 'kind'],
    'Predictions ingested as events (kind prediction) and CloudEvents (kind request, response), duplicates excluded.',
  ),
  m('modelwatch_events_duplicates_total', 'counter', ['model', 'kind'], 'Events received again and ignored.'),
  ...SCHEMA_METRICS,
  ...PARITY_METRICS,
  ...FRESHNESS_METRICS,
  m('modelwatch_validation_errors_total', 'counter', ['model', 'code'], 'Requests refused with 4xx, by error code.'),
  m(
    'modelwatch_watch_skipped_total',
    'counter',
    ['model', 'reason'],
    'Answered requests that were not watched, by reason: where these differ from the rest, what is watched is not what is served.',
  ),
  m(
    'modelwatch_http_requests_total',
    'counter',
    ['route', 'method', 'code'],
    'Requests of every route but inference, by route, method and class of status.',
  ),
  ...LIMIT_METRICS,
  ...SNAPSHOT_METRICS,
  ...SAMPLE_METRICS,
  ...STREAM_METRICS,
  // The sidecar itself
  m(
    'modelwatch_watch_duration_seconds',
    'histogram',
    [],
    'Time spent on watching one request, after its answer left.',
    [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.01, 0.1],
  ),
  m('modelwatch_watch_errors_total', 'counter', ['stage'], 'Faults caught in watching; each cost a reading and no response.'),
  m('modelwatch_config_last_reload_successful', 'gauge', [], 'Whether the last reload of the configuration was applied; 1 or 0.'),
  m(
    'modelwatch_config_last_reload_success_timestamp_seconds',
    'gauge',
    [],
    'When the configuration in force was loaded, in seconds since the epoch.',
  ),
  m('modelwatch_store_up', 'gauge', [], 'Whether the last write to the store succeeded; 1 or 0.'),
  m('modelwatch_store_size_bytes', 'gauge', [], 'Size of the store on disk, write-ahead log included.'),
  m(
    'modelwatch_store_commit_duration_seconds',
    'histogram',
    [],
    'Time of a durable commit.',
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1],
  ),
  m('modelwatch_exposition_series', 'gauge', [], 'Series on the previous scrape.'),
  m('modelwatch_exposition_duration_seconds', 'gauge', [], 'Time the previous scrape took to render.'),
  // Convenience of a single replica. Not mergeable: over several replicas use the recording rules.
  m(
    'modelwatch_local_window_values',
    'gauge',
    FEATURE,
    "Values of a feature in this sidecar's trailing window, of requests served or proxied; events are scored by the rules alone.",
  ),
  m(
    'modelwatch_local_psi',
    'gauge',
    FEATURE,
    "PSI of a feature in this sidecar's trailing window against the baseline; absent below the minimum count. One replica only.",
  ),
  m(
    'modelwatch_local_psi_critical',
    'gauge',
    FEATURE,
    'Value that PSI passes by chance alone with the configured significance, at the present count. One replica only.',
  ),
  m(
    'modelwatch_local_accuracy_ratio',
    'gauge',
    MODEL,
    "Accuracy over the pairs joined in this sidecar's trailing window; absent below the minimum count. One replica only.",
  ),
  m(
    'modelwatch_local_auc_ratio',
    'gauge',
    MODEL,
    "AUC from score bins over the pairs joined in this sidecar's trailing window; absent below the minimum count. One replica only.",
  ),
] as const satisfies readonly MetricDescription[];

export type MetricName = (typeof METRICS)[number]['name'];

const byName: ReadonlyMap<string, MetricDescription> = new Map(METRICS.map((metric) => [metric.name, metric]));

/** The row of a metric. Asking for one that is not in the table is a programmer's error. */
export function metric(name: MetricName): MetricDescription {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`metric ${name} is not in the table`);
  return found;
}
