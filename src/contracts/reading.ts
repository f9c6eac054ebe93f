/** Why a statistic or a quality metric has no answer yet. No answer is an answer: it is never reported as 0 or NaN. */
export type UndeterminedReason =
  /** Fewer values than the statistic's `countMin`, in the current or in the reference data. */
  | 'insufficient_data'
  /** Enough values, but the definition has no value for them: AUC with one class only, precision without a positive prediction. */
  | 'undefined';

/** What a statistic or a metric answers: a number with its critical value, or the reason why there is none. */
export type Reading =
  | { readonly kind: 'measured'; readonly value: number; readonly criticalValue?: number }
  | { readonly kind: 'undetermined'; readonly reason: UndeterminedReason };

/** A value and the bounds of its confidence interval, lower <= value <= upper. */
export interface Interval {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** A value with its confidence interval, or the reason why there is none. */
export type IntervalReading = ({ readonly kind: 'measured' } & Interval) | Extract<Reading, { readonly kind: 'undetermined' }>;

/** The range of a measured value and which way is worse. `min` and `max` are inclusive; infinities are allowed. */
export interface Scale {
  readonly unit: 'ratio' | 'nats' | 'bits' | 'standard_deviations' | 'chi_square' | 'prediction_unit' | 'one';
  readonly min: number;
  readonly max: number;
  readonly worse: 'higher' | 'lower' | 'away_from_zero';
}
