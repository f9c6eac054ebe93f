/** How a model's outputs for golden rows compare with those recorded in training. */
export interface GoldenRowsParity {
  readonly rows: number;
  /** Rows whose output is missing or farther from the recorded one than the tolerance. */
  readonly failures: number;
  /** Rows without an output; they are failures too. */
  readonly missing: number;
  /** Largest absolute difference over the rows that have an output, in the unit of the output; undefined where none has. */
  readonly differenceMax: number | undefined;
}

/**
 * Parity of a served model with the one that was trained: the same rows must give the same outputs.
 *
 * Use it for finding a wrong export, another order of features or another preprocessing before traffic does. Not for quality: golden rows say
 * nothing of whether the outputs are right.
 *
 * `recorded` and `scored` hold an output a row; NaN in `scored` is missing. A difference of the tolerance itself is within it.
 * Cost: one pass.
 *
 * @example compareGoldenRows({ recorded: [0.25, 0.5, 1], scored: [0.25, 0.75, NaN], toleranceAbsolute: 0.125 }).failures // 2
 */
export function compareGoldenRows(input: {
  readonly recorded: ArrayLike<number>;
  readonly scored: ArrayLike<number>;
  readonly toleranceAbsolute: number;
}): GoldenRowsParity {
  const { recorded, scored, toleranceAbsolute } = input;
  if (recorded.length !== scored.length)
    throw new RangeError(`golden rows need as many outputs as were recorded, got ${scored.length} and ${recorded.length}`);
  let failures = 0;
  let missing = 0;
  let differenceMax: number | undefined;
  for (let row = 0; row < recorded.length; row++) {
    const difference = Math.abs(scored[row]! - recorded[row]!);
    if (Number.isNaN(difference)) missing++;
    else differenceMax = Math.max(differenceMax ?? 0, difference);
    if (!(difference <= toleranceAbsolute)) failures++;
  }
  return { rows: recorded.length, failures, missing, differenceMax };
}
