/** A share of one core, saved up for a while and then spent. */
export interface CpuBudget {
  readonly usedSeconds: number;
  /** Takes time that was used, also beyond what is left: then the next has to wait. */
  spend(seconds: number): void;
  /** Resolves as soon as something is left, or the budget is closed. */
  room(): Promise<void>;
  close(): void;
}

/** How long a share is saved up: what a burst of work after a quiet time may take at once. */
const SAVED_SECONDS_MAX = 10;
const WAIT_MILLISECONDS_MIN = 10;

export function createCpuBudget(shareMax: number, monotonicSeconds: () => number): CpuBudget {
  let left = shareMax * SAVED_SECONDS_MAX;
  let atSeconds = monotonicSeconds();
  let usedSeconds = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;
  const fill = () => {
    const now = monotonicSeconds();
    left = Math.min(shareMax * SAVED_SECONDS_MAX, left + shareMax * (now - atSeconds));
    atSeconds = now;
  };
  const pause = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, Math.max(WAIT_MILLISECONDS_MIN, (-left / shareMax) * 1000)).unref();
    });
  return {
    get usedSeconds() {
      return usedSeconds;
    },
    spend(seconds) {
      fill();
      usedSeconds += seconds;
      left -= seconds;
    },
    async room() {
      for (fill(); left <= 0 && !closed; fill()) await pause();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      wake?.();
    },
  };
}
