/** Where time comes from, so that tests can set it. Wall time may jump; durations come from the monotonic clock. */
export interface Clock {
  /** Seconds since the epoch, with fractions. */
  nowSeconds(): number;
  /** Seconds since some fixed moment; never goes back. */
  monotonicSeconds(): number;
}

export const systemClock: Clock = {
  nowSeconds: () => Date.now() / 1000,
  monotonicSeconds: () => performance.now() / 1000,
};
