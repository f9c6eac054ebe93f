import type { Role } from './prediction.js';
import type { IntervalReading, Reading } from './reading.js';

/** One quality, by its three sources. Null stands where a source does not tell it. */
export interface ApiQualityEstimate {
  /** As the metric is named: accuracy, auc, mae and the like. */
  readonly quality: string;
  /** What it is expected to be, before ground truth comes. */
  readonly estimated: Reading | null;
  /** What it came to, with its interval; of an RMSE the value alone. */
  readonly realised: IntervalReading | Reading;
  /** What it was when the model was evaluated, with its interval; of an RMSE the value alone. */
  readonly recorded: IntervalReading | Reading | null;
}

/** The answer of `GET /v1/models/:model/estimates`. */
export interface EstimatesAnswer {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  readonly outputKind: 'probability' | 'regression';
  /** Confidence-based performance estimation of classes; direct loss estimation, by an error model, of a regression; null where nothing is estimated. */
  readonly method: 'cbpe' | 'dle' | null;
  /** Of the intervals. */
  readonly confidence: number;
  /** Predictions that are estimated, since this version was loaded. */
  readonly estimatedCount: number;
  /** Predictions that met ground truth, since the store was made. */
  readonly joinedCount: number;
  readonly qualities: readonly ApiQualityEstimate[];
}
