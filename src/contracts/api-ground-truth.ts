import type { ApiBins } from './api-bins.js';
import type { Role } from './prediction.js';
import type { IntervalReading } from './reading.js';

/** What became of the predictions of one version. */
export interface ApiVersionGroundTruth {
  readonly version: string;
  readonly role: Role;
  readonly joined: number;
  /** Predictions whose horizon passed without ground truth. */
  readonly expired: number;
  /** Of the predictions that wait no more, the share that met ground truth, with Wilson's interval. */
  readonly joinRatio: IntervalReading;
  /** From prediction to ground truth. */
  readonly delaySeconds: ApiBins & { readonly mean: number | null };
}

/** The answer of `GET /v1/models/:model/ground-truth`: since the store was made. */
export interface GroundTruthAnswer {
  readonly model: string;
  /** How long a prediction waits. */
  readonly horizonSeconds: number;
  /** Of the intervals. */
  readonly confidence: number;
  /** Predictions that wait now. */
  readonly pending: number;
  readonly received: number;
  readonly late: number;
  /** Late, or without a prediction until its horizon passed. */
  readonly unmatched: number;
  readonly duplicates: number;
  readonly conflicts: number;
  /** Since the newest ground truth became known; absent before there is any. */
  readonly ageSeconds?: number;
  readonly versions: readonly ApiVersionGroundTruth[];
}
