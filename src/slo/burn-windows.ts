import { durationSeconds } from '../contracts/index.js';
import { burnRateThatSpends } from './error-budget.js';

/** Two windows in which a burn rate has to show: the long one says that it matters, the short one that it still goes on. */
export interface BurnWindows {
  readonly severity: 'page' | 'ticket';
  readonly long: string;
  readonly short: string;
  /** Share of the budget that is gone when the long window shows the burn rate, events being even over the period. */
  readonly budgetShare: number;
}

/**
 * Windows and shares of the Workbook's multiwindow, multi-burn-rate alerts. The shares are what a page or a ticket is worth; burn rates follow from them
 * and from the period. Over 30 days they are 14.4, 6, 3 and 1.
 *
 * Source: Beyer et al., The Site Reliability Workbook (2018), chapter 5, tables 5-6 and 5-8.
 */
export const BURN_WINDOWS: readonly BurnWindows[] = [
  { severity: 'page', long: '1h', short: '5m', budgetShare: 0.02 },
  { severity: 'page', long: '6h', short: '30m', budgetShare: 0.05 },
  { severity: 'ticket', long: '1d', short: '2h', budgetShare: 0.1 },
  { severity: 'ticket', long: '3d', short: '6h', budgetShare: 0.1 },
];

export interface BurnBar extends BurnWindows {
  readonly burnRate: number;
}

/**
 * Burn rates to alert on for a period. Never below 1: a budget that lasts longer than its period is no trouble, however much of it a long window takes.
 *
 * @example burnBars('30d').map(({ burnRate }) => burnRate) // 14.4, 6, 3, 1
 */
export const burnBars = (period: string): readonly BurnBar[] =>
  BURN_WINDOWS.map((windows) => {
    const rate = burnRateThatSpends(windows.budgetShare, durationSeconds(windows.long), durationSeconds(period));
    // 0.02 x 720 is 14.4 but for the last bit.
    return { ...windows, burnRate: Math.max(1, Number(rate.toPrecision(12))) };
  });

/** Parts of the period over which spending is watched for objectives that need not page: half of the budget within them is reported. */
export const SPENDING_PARTS = { quarter: 0.25, half: 0.5, period: 1 } as const;
export type SpendingPart = keyof typeof SPENDING_PARTS;

/** Share of the budget that is reported when it goes within half of the period, and urged when within a quarter. */
export const HALF_OF_THE_BUDGET = 0.5;
/** Share of the budget whose loss pages whatever the objective. */
export const TWICE_THE_BUDGET = 2;
