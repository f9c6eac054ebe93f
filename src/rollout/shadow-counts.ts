import type { IntervalReading } from '../math/index.js';
import { shareReading } from './intervals.js';

/** What became of the copies sent to a challenger: sent = scored + dropped + failed + timed out + skipped, exactly. */
export interface ShadowCounts {
  readonly scored: number;
  readonly failed: number;
  readonly timedOut: number;
  /** Not tried, because the queue was full. */
  readonly dropped: number;
  /** Not tried, for a reason of their own: too large, say. */
  readonly skipped: number;
}

/**
 * Of the copies that the challenger tried, the share that failed or timed out, with Wilson's interval: (failed + timed out) / (scored + failed +
 * timed out). What was dropped or skipped is our doing, and says nothing of the challenger.
 *
 * Range 0..1. Undetermined below 100 tries.
 */
export function failureRatio({ scored, failed, timedOut }: ShadowCounts, confidence = 0.95): IntervalReading {
  const failures = failed + timedOut;
  return shareReading(failures, scored + failures, confidence);
}
