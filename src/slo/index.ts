export { BURN_WINDOWS, burnBars, HALF_OF_THE_BUDGET, SPENDING_PARTS, TWICE_THE_BUDGET } from './burn-windows.js';
export type { BurnBar, BurnWindows, SpendingPart } from './burn-windows.js';
export { configuredSlo, sliOf, sloName, slosOf } from './configured-slo.js';
export type { ConfiguredSlo } from './configured-slo.js';
export { budgetSpent, burnRate, burnRateThatSpends, detectionSeconds, errorRatio, secondsToExhaustion } from './error-budget.js';
export type { BudgetState, SloCounts } from './error-budget.js';
export { evidenceOf } from './sli.js';
export type { CountedTerm, MinuteOf, Sli, SliEvents, SloConfig } from './sli.js';
export { SLIS } from './slis.js';
