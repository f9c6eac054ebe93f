import { accuracy } from './accuracy.js';
import { auc } from './auc.js';
import { bias } from './bias.js';
import { brier } from './brier.js';
import { expectedCalibrationError } from './expected-calibration-error.js';
import { f1 } from './f1.js';
import { logLoss } from './log-loss.js';
import { mae } from './mae.js';
import { precision } from './precision.js';
import type { QualityKind, QualityMetric } from './quality-metric.js';
import { recall } from './recall.js';
import { rmse } from './rmse.js';

/** A metric of any kind: `reads` tells which sketch its `measure` takes. */
export type AnyQualityMetric = { readonly [K in QualityKind]: QualityMetric<K> }[QualityKind];

/** Every metric. The conformance suite and the golden values run over all of them; each has its page in `docs/statistics`. */
export const QUALITY_METRICS: readonly AnyQualityMetric[] = [
  accuracy,
  precision,
  recall,
  f1,
  auc,
  logLoss,
  brier,
  expectedCalibrationError,
  mae,
  rmse,
  bias,
];

export { accuracy } from './accuracy.js';
export { auc, aucErrorMax } from './auc.js';
export { bias } from './bias.js';
export { brier } from './brier.js';
export { exactAuc } from './exact-auc.js';
export { expectedCalibrationError } from './expected-calibration-error.js';
export { f1 } from './f1.js';
export { logLoss } from './log-loss.js';
export { mae } from './mae.js';
export { precision } from './precision.js';
export { PREDICTIONS_MIN } from './quality-metric.js';
export type { QualityKind, QualityMetric } from './quality-metric.js';
export { recall } from './recall.js';
export { rmse } from './rmse.js';

export { compareGoldenRows } from './golden-rows.js';
export type { GoldenRowsParity } from './golden-rows.js';
