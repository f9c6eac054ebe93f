import type { AlertFamily } from './alert-family.js';
import { attributionShift } from './attribution-shift.js';
import { availabilityLow } from './availability-low.js';
import { baselineStale } from './baseline-stale.js';
import { featureDriftAlert, outputDriftAlert } from './drift.js';
import { latencyHigh } from './latency-high.js';
import { missingRatioHigh } from './missing-ratio-high.js';
import { modelAbsent } from './model-absent.js';
import { sidecarDown } from './sidecar-down.js';
import { watchingImpaired } from './watching-impaired.js';
import { schemaChange } from './schema-change.js';
import { queueing } from './queueing.js';
import { predictionSkew } from './prediction-skew.js';
import { featureParityLow } from './feature-parity-low.js';
import { groundTruthDelayed } from './ground-truth-delayed.js';
import { goldenRowFailure } from './golden-row-failure.js';
import { qualityDrop } from './quality-drop.js';
import { sliceQualityLow } from './slice-quality-low.js';
import { calibrationPoor } from './calibration-poor.js';
import { fairnessBreach } from './fairness-breach.js';
import { shadowRejected } from './shadow-rejected.js';
import { explainerInconsistent } from './explainer-inconsistent.js';
import { qualityEstimateLow } from './quality-estimate-low.js';
import { warmUp } from './warm-up.js';
import { maintenance } from './maintenance.js';
import { retrainOverdue } from './retrain-overdue.js';
import { accessDenied } from './access-denied.js';
import { alertFatigue } from './alert-fatigue.js';
import { remediationOverdue } from './remediation-overdue.js';
import { rollbacksFrequent } from './rollbacks-frequent.js';
import { seriesCapReached } from './series-cap-reached.js';
import { sidecarBlind } from './sidecar-blind.js';
import { trainingFailuresHigh } from './training-failures-high.js';
import { costRunaway } from './cost-runaway.js';

/** Alerts that something is wrong with the model, its data or its watching. A new one is a file beside these, a line here, a runbook and a promtool test: docs/recipes/add-an-alert.md. */
const WATCHED: readonly AlertFamily[] = [
  availabilityLow,
  latencyHigh,
  queueing,
  modelAbsent,
  sidecarDown,
  watchingImpaired,
  sidecarBlind,
  seriesCapReached,
  accessDenied,
  featureDriftAlert,
  outputDriftAlert,
  attributionShift,
  explainerInconsistent,
  missingRatioHigh,
  schemaChange,
  featureParityLow,
  goldenRowFailure,
  qualityDrop,
  predictionSkew,
  sliceQualityLow,
  calibrationPoor,
  fairnessBreach,
  qualityEstimateLow,
  shadowRejected,
  groundTruthDelayed,
  baselineStale,
  costRunaway,
  rollbacksFrequent,
  trainingFailuresHigh,
  retrainOverdue,
  warmUp,
  maintenance,
];

/** Every alert: those, and those on how they are dealt with. */
export const ALERT_FAMILIES: readonly AlertFamily[] = [...WATCHED, remediationOverdue(WATCHED), alertFatigue];

export type { AlertFamily, AlertText, Severity } from './alert-family.js';
export { driftCountMin, driftVerdict, type DriftBars, type DriftCounts, type DriftVerdict } from './drift-verdict.js';
