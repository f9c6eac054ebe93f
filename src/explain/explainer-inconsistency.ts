import type { Reading } from '../contracts/reading.js';

/** One attribution of one golden row, by their places. */
export interface AttributionPlace {
  readonly row: number;
  readonly feature: number;
}

export interface ExplainerInconsistency {
  /** Golden rows with recorded attributions, whether or not they could be explained again. */
  readonly rows: number;
  /** Rows with a difference above the tolerance, or that could not be explained. */
  readonly failures: number;
  /** Rows that could not be explained. */
  readonly unexplained: number;
  /** The largest absolute difference, in the unit of the output; undetermined where no row was explained. */
  readonly differenceMax: Reading;
  /** Where it is. */
  readonly worst?: AttributionPlace;
}

export interface RecordedAttributions {
  /** By golden row, then by feature, as recorded in the baseline. */
  readonly recorded: readonly ArrayLike<number>[];
  /** The same made again; undefined where a row could not be explained. */
  readonly explained: readonly (ArrayLike<number> | undefined)[];
  readonly toleranceAbsolute: number;
}

/**
 * Explainer inconsistency: how far attributions of golden rows, explained again, are from those recorded in the baseline.
 *
 * Use it for: telling a changed explainer, background or export of the model from a change in what the model sees. Not for: attributions
 * sampled in other orders, which differ by chance: explain with the seed and the rounds of the record, and the orders are the same.
 * A value that is not finite makes its row one that could not be explained. No least count: rows that ought to be equal are, or are not.
 * Cost: linear in the attributions.
 */
export function explainerInconsistency({ recorded, explained, toleranceAbsolute }: RecordedAttributions): ExplainerInconsistency {
  if (explained.length !== recorded.length) {
    throw new RangeError(`explainer inconsistency needs a row for each recorded one, got ${explained.length} for ${recorded.length}`);
  }
  if (!(toleranceAbsolute >= 0)) throw new RangeError(`explainer inconsistency needs a tolerance of at least 0, got ${toleranceAbsolute}`);
  let [failures, unexplained, greatest] = [0, 0, -1];
  let worst: AttributionPlace | undefined;
  recorded.forEach((values, row) => {
    const { difference, feature } = greatestDifference(values, explained[row]);
    if (Number.isNaN(difference)) unexplained++;
    if (!(difference <= toleranceAbsolute)) failures++;
    if (!(difference > greatest)) return;
    greatest = difference;
    worst = { row, feature };
  });
  const differenceMax: Reading =
    worst === undefined ? { kind: 'undetermined', reason: 'insufficient_data' } : { kind: 'measured', value: greatest };
  return { rows: recorded.length, failures, unexplained, differenceMax, ...(worst && { worst }) };
}

/** NaN where there is none. */
function greatestDifference(
  recorded: ArrayLike<number>,
  explained: ArrayLike<number> | undefined,
): { difference: number; feature: number } {
  if (explained === undefined) return { difference: NaN, feature: -1 };
  if (explained.length !== recorded.length) {
    throw new RangeError(`explainer inconsistency needs equal features, got ${explained.length} explained and ${recorded.length} recorded`);
  }
  let [greatest, feature] = [-1, -1];
  for (let i = 0; i < recorded.length; i++) {
    const difference = Math.abs(explained[i]! - recorded[i]!);
    if (!Number.isFinite(difference)) return { difference: NaN, feature: i };
    if (difference > greatest) [greatest, feature] = [difference, i];
  }
  return { difference: greatest, feature };
}
