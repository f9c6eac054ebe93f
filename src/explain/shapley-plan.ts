import type { ExplanationSize } from './batched-plan.js';
import { EXACT_FEATURES_MAX, exactShapley, exactShapleyRows } from './exact-shapley.js';
import type { ExplanationPlan } from './explanation.js';
import { sampledShapley, sampledShapleyRows } from './sampled-shapley.js';

export interface BudgetedExplanation extends ExplanationSize {
  /** Numbers from 0 on and below 1, as `seededRandom` makes them. */
  random(): number;
  /** Rows to score for one prediction, at most. */
  readonly rowsMax: number;
}

/**
 * The best plan within a budget of rows: exact where all coalitions fit, else as many rounds of sampling as fit. Throws a RangeError where not
 * even one does: `sampledShapleyRows` tells how many rows that takes, and fewer background rows take fewer.
 */
export function shapleyPlan({ random, rowsMax, ...size }: BudgetedExplanation): ExplanationPlan {
  const { features, backgroundRows } = size;
  if (features <= EXACT_FEATURES_MAX && exactShapleyRows(features, backgroundRows) <= rowsMax) return exactShapley(size);
  const rowsMin = sampledShapleyRows(features, backgroundRows);
  if (!(rowsMax >= rowsMin)) {
    throw new RangeError(
      `an explanation of ${features} features over ${backgroundRows} background rows needs ${rowsMin} rows, got a budget of ${rowsMax}`,
    );
  }
  const rowsOfRound = sampledShapleyRows(features, backgroundRows, 2) - rowsMin;
  const roundsMax = rowsOfRound === 0 ? 1 : 1 + Math.floor((rowsMax - rowsMin) / rowsOfRound);
  return sampledShapley({ ...size, random, roundsMax });
}
