/**
 * Rows for a model to score that are mixed of two rows each, feature by feature: of the row that is explained, and of a row of the background.
 * They say where a value comes from and hold none, so that features may be numbers, 64-bit integers, text, or several columns wide.
 */
export interface Mixtures {
  readonly rows: number;
  readonly features: number;
  /** Row-major, rows x features: 1 where the value is that of the explained row, 0 where it is that of the background row. */
  readonly fromExplained: Uint8Array;
  /** By row, the number of its background row. */
  readonly background: Uint32Array;
}

/** Where the values of one column are found, and where they go. Row-major tensors of one width; a column by itself has width 1. */
export interface MixedColumn<Value> {
  /** The feature that the column belongs to; a feature may have several. */
  readonly feature: number;
  readonly explained: Value;
  readonly background: ArrayLike<Value>;
  /** What is filled: an array of numbers, of 64-bit integers or of texts, as long as the rows times the width, or longer. */
  readonly into: { [index: number]: Value };
  readonly width?: number;
  /** Which column of the width. */
  readonly column?: number;
}

/**
 * Fills one column of the rows with values. Cost: linear in the rows.
 *
 * Example: in `docs/explain/shapley-values.md`.
 */
export function mixColumn<Value>(
  { rows, features, fromExplained, background: backgroundRows }: Mixtures,
  { feature, explained, background, into, width = 1, column = 0 }: MixedColumn<Value>,
): void {
  if (!(feature >= 0 && feature < features)) throw new RangeError(`a column of mixtures is of a feature below ${features}, got ${feature}`);
  for (let row = 0; row < rows; row++) {
    const isExplained = fromExplained[row * features + feature] === 1;
    into[row * width + column] = isExplained ? explained : background[backgroundRows[row]! * width + column]!;
  }
}
