import type { ApiDriftBars } from './api-distributions.js';
import type { Reading } from './reading.js';

/** One feature against the baseline, within the window. */
export interface ApiFeatureDrift {
  /** Null: the output. */
  readonly feature: string | null;
  readonly kind: 'numeric' | 'categorical';
  /** Values within the window, the missing not counted. */
  readonly count: number;
  readonly referenceCount: number;
  /** Values that the verdict wants: those of the bar, and ten a bin. */
  readonly countMin: number;
  /** By name of the statistic. */
  readonly readings: Readonly<Record<string, Reading>>;
  /** What the alert of drift would say of this window alone. */
  readonly verdict: 'drift' | 'quiet' | 'insufficient_data';
  /** Its share of attribution, and that times PSI; null where predictions are not explained, and of the output. */
  readonly share: Reading | null;
  readonly impact: Reading | null;
}

/** The answer of `GET /v1/models/:model/drift`: what this one sidecar has counted. Over replicas the recorded series are what is true. */
export interface DriftAnswer {
  readonly model: string;
  readonly version: string;
  readonly role: string;
  /** How far back the window reaches. */
  readonly windowSeconds: number;
  readonly bars: ApiDriftBars;
  /** Those of the baseline, in its order, and then the output; none without a baseline. */
  readonly features: readonly ApiFeatureDrift[];
}
