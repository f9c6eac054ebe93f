import type { Reading } from './reading.js';

/** What the model makes of one feature, over the predictions that were explained; means are null without any. */
export interface ApiFeatureExplanation {
  readonly feature: string;
  /** Of the sum of mean absolute Shapley values over all features. */
  readonly share: Reading;
  readonly trainingShare: Reading;
  /** PSI against the baseline within the local window. */
  readonly drift: Reading;
  /** Drift weighted with the share. */
  readonly impact: Reading;
  readonly mean: number | null;
  readonly meanAbsolute: number | null;
  readonly variance: number | null;
}

/** The answer of `GET /v1/models/:model/explanations`: since this sidecar loaded the version. */
export interface ExplanationsAnswer {
  readonly model: string;
  readonly version: string;
  readonly ready: boolean;
  /** Predictions that were chosen and what became of them. */
  readonly counts: Readonly<Record<string, number>>;
  readonly budget: { readonly cpuShareMax: number; readonly cpuSeconds: number; readonly rowsScored: number };
  /** The mean output over the background rows. */
  readonly base: number;
  readonly training: { readonly rows: number; readonly backgroundRows: number };
  /** How far the order of features by attribution is that of training. */
  readonly ndcg: Reading;
  readonly totalVariation: Reading;
  /** Bars of the alert, as configured. */
  readonly bars: { readonly ndcgMin: number; readonly explainedCountMin: number; readonly driftPsiMin: number };
  readonly golden: object | null;
  /** The greatest drift impact first. */
  readonly features: readonly ApiFeatureExplanation[];
}
