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

/** Every alert. A new one is a file beside these, a line here, a runbook and a promtool test: docs/recipes/add-an-alert.md. */
export const ALERT_FAMILIES: readonly AlertFamily[] = [
  availabilityLow,
  latencyHigh,
  queueing,
  modelAbsent,
  sidecarDown,
  watchingImpaired,
  featureDriftAlert,
  outputDriftAlert,
  attributionShift,
  missingRatioHigh,
  schemaChange,
  featureParityLow,
  goldenRowFailure,
  predictionSkew,
  groundTruthDelayed,
  baselineStale,
];

export type { AlertFamily, AlertText, Severity } from './alert-family.js';
