import { durationSeconds } from '../../contracts/index.js';

/**
 * References of production. They are read from the window's own counts as they were recorded, one sample an instant, so that their cost does not
 * grow with how far back they reach: `week` at one instant, `trailing` at the end of each of its windows. These lie side by side, aligned to
 * whole windows since the epoch: they overlap neither each other nor the window that is judged.
 */
export const PRODUCTION = ['trailing', 'week'] as const;

/** Production of a day or a week ago does not change from minute to minute, and reading it is most of what drift costs. */
export const REFERENCE_EVALUATIONS = 4;

/** Counts of a reference from the window's own, by bin or altogether. What had no values then counts as 0. */
type CountsBefore = (counts: string) => string;

export const weekCounts: CountsBefore = (counts) => filled(`${counts} offset 1w`, counts);

/** `trailing`: how far the reference reaches. */
export const trailingCounts =
  (window: string, trailing: string): CountsBefore =>
  (counts) =>
    filled(`sum_over_time(${counts}[${rangeOfWindows(trailing, window)}:${window}] offset ${window})`, counts);

const filled = (before: string, counts: string): string => `${before}\nor\n${counts} * 0`;

/** Each is read anew at every evaluation, for every bin: a week of hours. */
const TRAILING_WINDOWS_MAX = 168;

/** As many whole windows as fit. A second short: a range that holds both its ends would count one window more. */
function rangeOfWindows(trailing: string, window: string): string {
  const windowSeconds = durationSeconds(window);
  const windows = Math.min(TRAILING_WINDOWS_MAX, Math.max(1, Math.floor(durationSeconds(trailing) / windowSeconds)));
  return `${Math.max(1, Math.ceil(windows * windowSeconds) - 1)}s`;
}
