import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, type Clock } from '../clock.js';

/** The time of a replay, so that a test can let hours pass at once. */
export interface Timer extends Pick<Clock, 'monotonicSeconds'> {
  /** Resolves after so many seconds, or as soon as the signal aborts; may be early, never rejects. */
  wait(seconds: number, signal: AbortSignal): Promise<void>;
}

/** setTimeout fires at once beyond 2^31 - 1 ms; callers look at the clock again anyway. */
const WAIT_SECONDS_MAX = 86_400;

export const systemTimer: Timer = {
  monotonicSeconds: () => systemClock.monotonicSeconds(),
  async wait(seconds, signal) {
    await sleep(Math.min(seconds, WAIT_SECONDS_MAX) * 1000, undefined, { signal }).catch(() => undefined);
  },
};
