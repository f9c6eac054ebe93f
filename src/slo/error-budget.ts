/** Events of a window, and how many of them were bad. Counts of replicas and of windows side by side add up. */
export interface SloCounts {
  readonly events: number;
  readonly errors: number;
}

/**
 * Error ratio = bad events / events. Undefined without events: a quiet hour is neither good nor bad.
 *
 * @example errorRatio({ events: 1000, errors: 5 }) // 0.005
 */
export const errorRatio = ({ events, errors }: SloCounts): number | undefined =>
  events > 0 ? Math.min(Math.max(errors / events, 0), 1) : undefined;

/**
 * Burn rate = error ratio / (1 - objective): how many times as fast the error budget goes as one that lasts exactly the period. 1 spends it all by
 * the end of the period, 0 none; at most 1 / (1 - objective), when every event is bad.
 *
 * Source: Beyer et al., The Site Reliability Workbook (2018), chapter 5.
 *
 * @example burnRate(0.01, 0.999) // 10, but for rounding
 */
export const burnRate = (ratio: number, objective: number): number => ratio / (1 - objective);

/** Share of the error budget that a burn rate spends within a window: burn rate x window / period. */
export const budgetSpent = (burn: number, windowSeconds: number, periodSeconds: number): number => (burn * windowSeconds) / periodSeconds;

/** Burn rate that spends a share of the budget within a window: share x period / window. */
export const burnRateThatSpends = (share: number, windowSeconds: number, periodSeconds: number): number =>
  (share * periodSeconds) / windowSeconds;

/**
 * Seconds until nothing of the budget is left, if it goes on burning as now; 0 where none is left, infinite where nothing burns.
 *
 * @example secondsToExhaustion({ budgetLeft: 0.5, burn: 2, periodSeconds: 2592000 }) // 648000
 */
export function secondsToExhaustion({ budgetLeft, burn, periodSeconds }: BudgetState): number {
  if (budgetLeft <= 0) return 0;
  return burn > 0 ? (budgetLeft * periodSeconds) / burn : Infinity;
}

export interface BudgetState {
  readonly budgetLeft: number;
  readonly burn: number;
  readonly periodSeconds: number;
}

/**
 * Seconds from the begin of a steady error ratio to the moment when a window shows a burn rate, before which everything was good:
 * burn x (1 - objective) / error ratio x window. Undefined where the window never shows it.
 *
 * Source: The Site Reliability Workbook (2018), chapter 5, "Detection time".
 */
export function detectionSeconds(ratio: number, burn: number, objective: number, windowSeconds: number): number | undefined {
  const share = (burn * (1 - objective)) / ratio;
  return share <= 1 ? share * windowSeconds : undefined;
}
