/** Token buckets by caller, in a map of bounded size. */
export interface RateLimiter {
  /** Takes one from the caller's bucket; false where it is empty. */
  take(caller: string, perSecondMax: number): boolean;
  readonly entries: number;
  /** Requests that found no room for a bucket of their own. */
  readonly folded: number;
}

interface Bucket {
  tokens: number;
  seconds: number;
}

/** A bucket holds what so many seconds bring: as much may come at once after a pause. */
const BURST_SECONDS = 2;

/**
 * A bucket that has been left alone for `BURST_SECONDS` is full again, which is how a new one begins: it can be forgotten without a difference.
 * So the map, in the order of last use, makes room at its old end; where the oldest is still in use, the newcomer shares the common bucket, and
 * nobody is refused for want of room alone. A take costs two look-ups.
 */
export function createRateLimiter(options: { readonly callersMax: () => number; readonly monotonicSeconds: () => number }): RateLimiter {
  const { callersMax, monotonicSeconds } = options;
  const buckets = new Map<string, Bucket>();
  const common = new Map<number, Bucket>();
  let folded = 0;

  const dropIdle = (now: number): void => {
    for (const [caller, { seconds }] of buckets) {
      if (now - seconds < BURST_SECONDS) return;
      buckets.delete(caller);
    }
  };
  const bucketOf = (caller: string, full: Bucket, perSecondMax: number): Bucket => {
    const known = buckets.get(caller);
    if (known !== undefined) {
      buckets.delete(caller);
      buckets.set(caller, known);
      return known;
    }
    if (buckets.size >= callersMax()) dropIdle(full.seconds);
    if (buckets.size < callersMax()) {
      buckets.set(caller, full);
      return full;
    }
    folded++;
    // One a rate: rates are few and configured.
    const shared = common.get(perSecondMax) ?? full;
    common.set(perSecondMax, shared);
    return shared;
  };

  return {
    take(caller, perSecondMax) {
      const now = monotonicSeconds();
      const capacity = perSecondMax * BURST_SECONDS;
      const bucket = bucketOf(caller, { tokens: capacity, seconds: now }, perSecondMax);
      bucket.tokens = Math.min(capacity, bucket.tokens + (now - bucket.seconds) * perSecondMax);
      bucket.seconds = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens--;
      return true;
    },
    get entries() {
      return buckets.size;
    },
    get folded() {
      return folded;
    },
  };
}
