import { CalibrationBins } from './calibration-bins.js';
import { Confusion } from './confusion.js';
import { ErrorSums } from './error-sums.js';
import { Frequencies } from './frequencies.js';
import { Moments } from './moments.js';
import { QuantileSketch } from './quantile-sketch.js';
import { ScoreBins } from './score-bins.js';

/** Every sketch by its kind: what a statistic or a metric says that it `reads`. The conformance suite runs over all of them. */
export const SKETCHES = {
  calibration: CalibrationBins,
  confusion: Confusion,
  errors: ErrorSums,
  frequencies: Frequencies,
  moments: Moments,
  quantiles: QuantileSketch,
  scores: ScoreBins,
} as const;

export type SketchKind = keyof typeof SKETCHES;
export type SketchByKind = { readonly [K in SketchKind]: InstanceType<(typeof SKETCHES)[K]> };

export { CalibrationBins } from './calibration-bins.js';
export type { CalibrationBinsJSON } from './calibration-bins.js';
export { Confusion } from './confusion.js';
export type { ClassifiedTruth, ConfusionJSON } from './confusion.js';
export { ERROR_MAX, ErrorSums, LOG_LOSS_CLIP } from './error-sums.js';
export type { ErrorSumsJSON } from './error-sums.js';
export { Frequencies } from './frequencies.js';
export type { FeatureValue, FrequenciesJSON } from './frequencies.js';
export { Moments } from './moments.js';
export type { MomentsJSON } from './moments.js';
export { QUANTILE_BINS_MAX, QuantileSketch } from './quantile-sketch.js';
export type { Atoms, QuantileSketchJSON } from './quantile-sketch.js';
export { ScoreBins } from './score-bins.js';
export type { ScoreBinsJSON } from './score-bins.js';
