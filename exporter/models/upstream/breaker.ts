/**
 * A circuit breaker. Closed, it lets calls through and counts failures in a row; at `failuresMax` it opens and refuses calls at once; after
 * `pauseSeconds` it lets a single probe through, whose outcome closes it or opens it again. A pure state machine: time is an argument.
 *
 * Use it for: an upstream that is down, so that its callers fail in microseconds instead of at the deadline.
 * Not for: answers that are the caller's fault (4xx); do not report them as failures.
 */
export interface Breaker {
  /** Whether a call may go now. A `true` must be followed by exactly one `succeeded`, `failed` or `abandoned`. */
  admit(nowSeconds: number): boolean;
  succeeded(): void;
  failed(nowSeconds: number): void;
  /** The call ended without saying anything of the upstream: the caller went away. */
  abandoned(): void;
  readonly state: 'closed' | 'open' | 'half_open';
}

export function createBreaker(failuresMax: number, pauseSeconds: number): Breaker {
  let failuresInRow = 0;
  let openedAtSeconds: number | undefined;
  let probing = false;
  return {
    admit(nowSeconds) {
      if (openedAtSeconds === undefined) return true;
      if (probing || nowSeconds - openedAtSeconds < pauseSeconds) return false;
      probing = true;
      return true;
    },
    succeeded() {
      failuresInRow = 0;
      openedAtSeconds = undefined;
      probing = false;
    },
    failed(nowSeconds) {
      failuresInRow++;
      if (probing || failuresInRow >= failuresMax) openedAtSeconds = nowSeconds;
      probing = false;
    },
    abandoned() {
      probing = false;
    },
    get state() {
      if (openedAtSeconds === undefined) return 'closed';
      return probing ? 'half_open' : 'open';
    },
  };
}
