import type { Timer } from './timer.js';

export interface Pace {
  /** The next row is the first of its round: its time is now. */
  restart(): void;
  /** Resolves when a row of this time is to be sent, or when the signal aborts. */
  until(fileSeconds: number): Promise<void>;
}

/** How far sending may fall behind `rateMax` and catch up: timers wake late, and without this each late wake would lower the rate for good. */
const CATCH_UP_SECONDS = 0.1;

/**
 * When to send: `speed` seconds of the file pass in one second, and no more than `rateMax` rows a second are sent. Who falls behind the
 * speed catches up as fast as the rate and the server let it.
 */
export function createPace(options: {
  readonly speed: number;
  readonly rateMax?: number | undefined;
  readonly timer: Timer;
  readonly signal: AbortSignal;
}): Pace {
  const { speed, rateMax, timer, signal } = options;
  let origin: { readonly fileSeconds: number; readonly atSeconds: number } | undefined;
  let slotSeconds = -Infinity;

  const waitUntil = async (atSeconds: number): Promise<void> => {
    for (let now = timer.monotonicSeconds(); now < atSeconds && !signal.aborted; now = timer.monotonicSeconds()) {
      await timer.wait(atSeconds - now, signal);
    }
  };
  return {
    restart() {
      origin = undefined;
    },
    async until(fileSeconds) {
      origin ??= { fileSeconds, atSeconds: timer.monotonicSeconds() };
      await waitUntil(origin.atSeconds + (fileSeconds - origin.fileSeconds) / speed);
      if (rateMax === undefined) return;
      slotSeconds = Math.max(slotSeconds + 1 / rateMax, timer.monotonicSeconds() - CATCH_UP_SECONDS);
      await waitUntil(slotSeconds);
    },
  };
}
