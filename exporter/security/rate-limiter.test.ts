import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRateLimiter } from './rate-limiter.js';

function limiterAt(callersMax = 3) {
  const time = { seconds: 0 };
  const limiter = createRateLimiter({ callersMax: () => callersMax, monotonicSeconds: () => time.seconds });
  const takeAll = (caller: string, rate: number): number => {
    let taken = 0;
    while (limiter.take(caller, rate)) taken++;
    return taken;
  };
  return { time, limiter, takeAll };
}

describe('the rate of a caller', () => {
  it('lets two seconds worth through at once, then as many a second as it says', () => {
    const { time, takeAll } = limiterAt();
    expect(takeAll('a', 10)).toBe(20);
    time.seconds += 0.5;
    expect(takeAll('a', 10)).toBe(5);
    time.seconds += 3600;
    expect(takeAll('a', 10)).toBe(20);
  });

  it('is its own', () => {
    const { takeAll } = limiterAt();
    expect([takeAll('a', 5), takeAll('b', 5), takeAll('a', 5)]).toEqual([10, 10, 0]);
  });

  it('never lets more through in any stretch of time than the rate and one burst', () => {
    const requests = fc.array(
      fc.record({ pause: fc.double({ min: 0, max: 1, noNaN: true }), caller: fc.constantFrom('a', 'b', 'c', 'd') }),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 20 }), (sent, rate) => {
        const { time, limiter } = limiterAt(2);
        const passed: { readonly caller: string; readonly seconds: number }[] = [];
        for (const { pause, caller } of sent) {
          time.seconds += pause;
          if (limiter.take(caller, rate)) passed.push({ caller, seconds: time.seconds });
          expect(limiter.entries).toBeLessThanOrEqual(2);
        }
        for (const { caller, seconds } of passed) {
          const since = passed.filter((other) => other.caller === caller && other.seconds >= seconds);
          // A caller may move once between the common bucket and one of its own, and finds each at most full.
          expect(since.length).toBeLessThanOrEqual(2 * 2 * rate + (time.seconds - seconds) * rate + 2);
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe('the map of callers', () => {
  it('is bounded: newcomers share one rate, and are counted', () => {
    const { limiter, takeAll } = limiterAt(2);
    expect([takeAll('a', 5), takeAll('b', 5)]).toEqual([10, 10]);
    expect([takeAll('c', 5), takeAll('d', 5)]).toEqual([10, 0]);
    // Twelve that found no place: ten let through and two refused.
    expect([limiter.entries, limiter.folded]).toEqual([2, 12]);
  });

  it('forgets whoever has been silent as long as a bucket takes to fill, and nobody before', () => {
    const { time, limiter, takeAll } = limiterAt(2);
    takeAll('a', 5);
    time.seconds = 1;
    takeAll('b', 5);
    time.seconds = 1.5;
    limiter.take('c', 5);
    expect([limiter.entries, limiter.folded]).toEqual([2, 1]);
    time.seconds = 2.5;
    expect(takeAll('c', 5)).toBe(10);
    expect([limiter.entries, limiter.folded]).toEqual([2, 1]);
    // `b` was not forgotten: it has what 1.5 seconds bring, not a full bucket.
    expect(takeAll('b', 5)).toBe(7);
  });
});
