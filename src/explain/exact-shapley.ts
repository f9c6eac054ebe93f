import { BatchedPlan, type Explainer, type ExplanationSize, type Round } from './batched-plan.js';
import { explanationOf, type ExplanationPlan } from './explanation.js';

/** Ten features over 100 background rows are 102,301 rows to score, as many as 57 rounds of `sampledShapley`; each feature more doubles them. */
export const EXACT_FEATURES_MAX = 10;

/** Rows that `exactShapley` scores: each set of features but the whole one over each background row, and the explained row. */
export function exactShapleyRows(features: number, backgroundRows: number): number {
  return 1 + (2 ** features - 1) * backgroundRows;
}

/**
 * Shapley values of one prediction by every coalition of features: exact, for at most 10 features.
 *
 * Formula: for feature i the sum over sets S without i of |S|! (d - |S| - 1)! / d! times (v(S + i) - v(S)); v(S) is the mean output over the
 * background rows, each with the features of S set to those of the explained row.
 *
 * Use it for: few features. Not for: many, see `sampledShapley`; correlated features, where a mixture may be a row that cannot be.
 * In the unit of the output. The values sum to output - base, to 1e-12 of the greatest output in magnitude for each feature, over at most a
 * thousand background rows. A feature that the model ignores has 0. One round.
 * Cost: 2^features x background rows to score (`exactShapleyRows`), features x 2^features to add up.
 * Source: Shapley, "A value for n-person games", 1953, theorem; v as in Lundberg and Lee, "A unified approach to interpreting model predictions",
 * 2017, eq. 11 (features taken as independent).
 */
export function exactShapley(size: ExplanationSize): ExplanationPlan {
  if (size.features > EXACT_FEATURES_MAX) {
    throw new RangeError(`exact Shapley values take at most ${EXACT_FEATURES_MAX} features, got ${size.features}: sample them`);
  }
  return new BatchedPlan(size, new Coalitions(size));
}

/** A coalition is a number whose bit i says whether feature i is in it. Rows go by coalition, then by background row; the last row is the explained one. */
class Coalitions implements Explainer, Round {
  readonly rows: number;
  readonly #features: number;
  readonly #backgroundRows: number;
  /** Sum of the outputs by coalition. */
  readonly #sums: Float64Array;

  constructor({ features, backgroundRows }: ExplanationSize) {
    this.#features = features;
    this.#backgroundRows = backgroundRows;
    this.rows = exactShapleyRows(features, backgroundRows);
    this.#sums = new Float64Array(2 ** features);
  }

  begin(rounds: number): Round | undefined {
    return rounds === 0 ? this : undefined;
  }

  describe(row: number, fromExplained: Uint8Array, offset: number): number {
    const coalition = Math.floor(row / this.#backgroundRows);
    for (let i = 0; i < this.#features; i++) fromExplained[offset + i] = (coalition >> i) & 1;
    return row % this.#backgroundRows;
  }

  take(row: number, output: number): void {
    this.#sums[Math.floor(row / this.#backgroundRows)]! += output;
  }

  complete(): void {
    const whole = this.#sums.length - 1;
    for (let coalition = 0; coalition < whole; coalition++) this.#sums[coalition]! /= this.#backgroundRows;
  }

  read({ rowsScored }: { readonly rowsScored: number }) {
    const [features, worth] = [this.#features, this.#sums];
    const weights = weightsBySize(features);
    const values = new Float64Array(features);
    for (let coalition = 0; coalition < worth.length; coalition++) {
      for (let i = 0; i < features; i++) {
        if (((coalition >> i) & 1) === 1) continue;
        values[i]! += weights[bitsOf(coalition)]! * (worth[coalition | (1 << i)]! - worth[coalition]!);
      }
    }
    return explanationOf({
      output: worth[worth.length - 1]!,
      base: worth[0]!,
      values,
      standardErrors: new Float64Array(features),
      samples: 0,
      rowsScored,
    });
  }
}

/** s! (d - s - 1)! / d! by s, the share of the orders in which exactly a given set of s features comes before a given other. */
function weightsBySize(features: number): Float64Array {
  const weights = new Float64Array(features).fill(1 / features);
  for (let s = 1; s < features; s++) weights[s] = (weights[s - 1]! * s) / (features - s);
  return weights;
}

function bitsOf(coalition: number): number {
  let bits = 0;
  for (let rest = coalition; rest > 0; rest &= rest - 1) bits++;
  return bits;
}
