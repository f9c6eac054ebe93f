import type { UndeterminedReason } from '../contracts/reading.js';
import type { Mixtures } from './mixtures.js';

/** The Shapley values of one prediction, or the reason why there are none: no complete round yet, or an output that is no finite number. */
export type Explanation = MeasuredExplanation | { readonly kind: 'undetermined'; readonly reason: UndeterminedReason };

export interface MeasuredExplanation {
  readonly kind: 'measured';
  /** The output of the explained row. */
  readonly output: number;
  /** The mean output over the background rows. */
  readonly base: number;
  /** By feature, in the unit of the output. Their sum is output - base. */
  readonly values: Float64Array;
  /** By feature; 0 where values are exact. Absent where one round cannot tell. */
  readonly standardErrors?: Float64Array;
  /** Orders of the features that were walked; 0 where values are exact. */
  readonly samples: number;
  readonly rowsScored: number;
}

/**
 * Explains one prediction batch by batch, so that the caller can score rows wherever its model runs, and stop. A plan asks for rows with
 * `next`, and for their outputs with `take`. It keeps whole rounds alone: what was scored of an incomplete one is lost.
 */
export interface ExplanationPlan {
  /** Rows to score; the same ones until their outputs are taken; undefined when there is nothing left to score. */
  next(): Mixtures | undefined;
  /** The outputs of the rows of `next`, in their order. */
  take(outputs: ArrayLike<number>): void;
  /** Whether nothing that was scored is lost by stopping now. */
  readonly settled: boolean;
  /** Complete rounds so far. */
  readonly rounds: number;
  /** Of the complete rounds: `insufficient_data` before the first, `undefined` with an output that is not finite. */
  explanation(): Explanation;
}

/** Scores rows: the one place where an explanation meets the model. As many outputs as rows. */
export type ScoreMixtures = (mixtures: Mixtures) => ArrayLike<number> | PromiseLike<ArrayLike<number>>;

/**
 * Runs a plan until nothing is left to score, or until `mayGoOn`, which is asked between rounds, says no. What `score` throws ends it.
 *
 * Example: in `docs/explain/shapley-values.md`.
 */
export async function runPlan(
  plan: ExplanationPlan,
  score: ScoreMixtures,
  mayGoOn: (plan: ExplanationPlan) => boolean = () => true,
): Promise<Explanation> {
  for (let rows = plan.next(); rows !== undefined; rows = plan.next()) {
    plan.take(await score(rows));
    if (plan.settled && !mayGoOn(plan)) break;
  }
  return plan.explanation();
}

/** An explanation whose every number is finite, or none. */
export function explanationOf(measured: Omit<MeasuredExplanation, 'kind'>): Explanation {
  const { output, base, values, standardErrors } = measured;
  const finite = Number.isFinite(output) && Number.isFinite(base) && values.every(Number.isFinite);
  if (!finite || standardErrors?.every(Number.isFinite) === false) return { kind: 'undetermined', reason: 'undefined' };
  return { kind: 'measured', ...measured };
}
