import { durationSeconds, type DriftReference } from '../../contracts/index.js';
import { parenthesised } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';

/** What the counts of references are made from, as PromQL. */
export interface ReferenceSources {
  /** Name of the recorded counts of references, by bin. */
  readonly record: string;
  /** The window's own counts by bin, recorded, without and with an offset or a range. */
  readonly bins: string;
  /** Shares of the baseline by bin, one of each over all replicas, and the values they rest on. */
  readonly baselineShares: string;
  readonly baselineValues: string;
  readonly labels: string;
  readonly window: string;
  /** How far the trailing reference reaches. */
  readonly trailing: string;
}

/**
 * Counts of each reference by bin. Those of production are read from the window's own counts as they were recorded, one sample an instant, so
 * that their cost does not grow with how far back they reach: `week` at one instant, `trailing` at the end of each of its windows. These
 * lie side by side, aligned to whole windows since the epoch: they overlap neither each other nor the window that is judged.
 */
export function referenceRules(sources: ReferenceSources): readonly RecordingRule[] {
  const { record, bins, baselineShares, baselineValues, labels, window, trailing } = sources;
  // A bin that had no values then counts as 0; one that is not counted any more stays as it was.
  const filled = (counts: string) => `${counts}\nor\n${bins} * 0`;
  const rule = (reference: DriftReference, expr: string): RecordingRule => ({ record, expr, labels: { reference } });
  return [
    rule('baseline', `${baselineShares}\n* on (${labels}) group_left ()\n${baselineValues}`),
    rule('trailing', filled(`sum_over_time(${bins}[${rangeOfWindows(trailing, window)}:${window}] offset ${window})`)),
    rule('week', filled(`${bins} offset 1w`)),
  ];
}

/** Each is read anew at every evaluation, for every bin: a week of hours. */
const TRAILING_WINDOWS_MAX = 168;

/** As many whole windows as fit. A second short: a range that holds both its ends would count one window more. */
function rangeOfWindows(trailing: string, window: string): string {
  const windowSeconds = durationSeconds(window);
  const windows = Math.min(TRAILING_WINDOWS_MAX, Math.max(1, Math.floor(durationSeconds(trailing) / windowSeconds)));
  return `${Math.max(1, Math.ceil(windows * windowSeconds) - 1)}s`;
}

/** PromQL of the window's shares and of the references', each with the label `reference`. */
export interface ComparedShares {
  readonly current: string;
  readonly reference: string;
}

/** Shares by bin and reference; a bin without a share on either side is 0 there. */
export function comparedShares(parts: {
  readonly referenceBins: string;
  readonly referenceValues: string;
  /** The window's shares by bin. */
  readonly share: string;
  readonly labels: string;
}): ComparedShares {
  const { referenceBins, referenceValues, share, labels } = parts;
  const reference = parenthesised(`${referenceBins}\n/ on (${labels}, reference) group_left ()\n(${referenceValues} > 0)`);
  const current = parenthesised(`${referenceBins} * 0\n+ on (${labels}, bin) group_left ()\n(${share})\nor\n${referenceBins} * 0`);
  return { current, reference };
}
