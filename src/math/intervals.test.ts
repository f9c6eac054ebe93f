import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { confidenceStandardErrors, differenceInterval, wilsonInterval } from './intervals.js';

interface Golden {
  readonly shares: readonly {
    readonly cases: number;
    readonly count: number;
    readonly confidence: number;
    readonly interval: readonly [number, number];
  }[];
  readonly differences: readonly {
    readonly a: readonly [number, number];
    readonly b: readonly [number, number];
    readonly confidence: number;
    readonly interval: readonly [number, number];
  }[];
}
const { cases } = JSON.parse(readFileSync(new URL('./intervals.golden.json', import.meta.url), 'utf8')) as { cases: readonly [Golden] };

const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1));
const count = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0.5, max: 1e6, noNaN: true }));
const confidence = fc.constantFrom(0.5, 0.9, 0.95, 0.999);

function expectInterval({ lower, upper }: { lower: number; upper: number }, [low, high]: readonly [number, number]): void {
  expect(Math.abs(lower - low)).toBeLessThan(1e-12);
  expect(Math.abs(upper - high)).toBeLessThan(1e-12);
}

describe('intervals', () => {
  it.each(cases[0].shares)("of a share are statsmodels': $cases of $count at $confidence", (golden) => {
    expectInterval(wilsonInterval(golden.cases / golden.count, golden.count, golden.confidence), golden.interval);
  });

  it.each(cases[0].differences)("of a difference of shares are statsmodels': $a and $b at $confidence", ({ a, b, interval, ...golden }) => {
    const [first, second] = [a, b].map(([k, n]) => wilsonInterval(k / n, n, golden.confidence));
    expectInterval(differenceInterval(first!, second!), interval);
  });

  it('of a share hold it, stay within 0..1, and are narrower for more cases and less confidence', () => {
    fc.assert(
      fc.property(share, count, confidence, (p, n, c) => {
        const { value, lower, upper } = wilsonInterval(p, n, c);
        const [more, less] = [wilsonInterval(p, 2 * n, c), wilsonInterval(p, n, c / 2)];
        expect(0 <= lower && lower <= value && value <= upper && upper <= 1).toBe(true);
        for (const narrower of [more, less]) {
          expect(narrower.lower).toBeGreaterThanOrEqual(lower - 1e-15);
          expect(narrower.upper).toBeLessThanOrEqual(upper + 1e-15);
        }
        expect(upper).toBeGreaterThan(lower);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('of a difference turn over with its sides, and hold it', () => {
    fc.assert(
      fc.property(share, count, share, count, confidence, (p, n, q, m, c) => {
        const [a, b] = [wilsonInterval(p, n, c), wilsonInterval(q, m, c)];
        const [ab, ba] = [differenceInterval(a, b), differenceInterval(b, a)];
        expect(ab).toEqual({ value: 0 - ba.value, lower: 0 - ba.upper, upper: 0 - ba.lower });
        expect(ab.lower <= ab.value && ab.value <= ab.upper).toBe(true);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it.each([0, 1, NaN, -0.5])('refuse a confidence of %p', (confidenceRefused) => {
    expect(() => confidenceStandardErrors(confidenceRefused)).toThrow(
      `an interval needs a confidence between 0 and 1, got ${confidenceRefused}`,
    );
  });

  it('refuse what is no share of anything', () => {
    expect(() => wilsonInterval(1.5, 10, 0.95)).toThrow('an interval needs a share of a count above 0, got 1.5 of 10');
    expect(() => wilsonInterval(0.5, 0, 0.95)).toThrow('an interval needs a share of a count above 0, got 0.5 of 0');
  });
});
