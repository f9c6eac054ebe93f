/** How a model version takes part: `champion` answers, `challenger` is compared, `canary` answers a share of real traffic. */
export type Role = 'champion' | 'challenger' | 'canary';

/**
 * The values of one feature for the predictions of one batch, one entry a row. Numbers: NaN is missing. Strings: null and '' are missing.
 * INT64 and UINT64 features are converted to numbers for watching only; the model sees them exactly.
 */
export type FeatureColumn = ArrayLike<number> | readonly (string | null)[];

/**
 * Predictions of one request in columns, row-aligned: what the hot path hands over once the answer has left, and what an ingested batch of
 * events becomes. Columns stand in the order of the baseline's features; a feature that the request did not carry is undefined.
 */
export interface PredictionBatch {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  readonly rows: number;
  /** Identity of each prediction, unique within the model. */
  readonly ids: readonly string[];
  /** When the prediction was made, in seconds since the epoch. */
  readonly timeSeconds: number;
  readonly features: readonly (FeatureColumn | undefined)[];
  /** The watched output by row: probability of the positive class, or the estimate of a regression. NaN where the model gave none. */
  readonly outputs: ArrayLike<number>;
  /** Slice values by row, in the order of the model's configured slices; undefined where the prediction has none. */
  readonly slices: readonly (readonly (string | undefined)[])[];
  /** Names of those slices: a batch may come after a reload that has put them in another order. As configured, where left out. */
  readonly sliceNames?: readonly string[] | undefined;
}

/** What came true for one prediction. `value` is 0 or 1 for a classification, a finite number for a regression. */
export interface GroundTruth {
  readonly model: string;
  readonly id: string;
  readonly value: number;
  /** When it became known, in seconds since the epoch. */
  readonly timeSeconds: number;
}
