/**
 * A bounded, mergeable digest. `merge` is associative and commutative with the empty sketch as identity, so the sum over replicas, hours
 * or slices is the sketch of the union. Merging sketches of unequal shape (other bins, other size) is a programmer's error and throws.
 */
export interface Sketch<Value, Self> {
  /** Sum of the weights of the values counted, missing values (NaN, null) excluded. */
  readonly count: number;
  /** Counts one value. Cost: constant, or logarithmic in the number of bins. */
  update(value: Value, weight?: number): void;
  merge(other: Self): void;
  clone(): Self;
  toJSON(): unknown;
}

/** One (score, ground truth) pair of a binary classification: score in 0..1, truth 0 or 1. */
export interface ScoredTruth {
  readonly score: number;
  readonly truth: 0 | 1;
}

/** One (prediction, ground truth) pair of a regression. */
export interface EstimatedTruth {
  readonly estimate: number;
  readonly truth: number;
}
