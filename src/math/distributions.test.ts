import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { chiSquareQuantile, chiSquareUpperTail, kolmogorovQuantile, kolmogorovUpperTail, normalQuantile } from './distributions.js';

interface Golden {
  readonly chiSquareQuantile: readonly { readonly p: number; readonly degreesOfFreedom: number; readonly value: number }[];
  readonly chiSquareUpperTail: readonly { readonly x: number; readonly degreesOfFreedom: number; readonly value: number }[];
  readonly normalQuantile: readonly { readonly p: number; readonly value: number }[];
  readonly kolmogorovQuantile: readonly { readonly significance: number; readonly value: number }[];
}
const { cases } = JSON.parse(readFileSync(new URL('./distributions.golden.json', import.meta.url), 'utf8')) as { cases: Golden };

const relativeDistance = (a: number, b: number) => (a === b ? 0 : Math.abs(a - b) / Math.abs(b));

describe('distributions against scipy, to 1e-9 relative', () => {
  it.each(cases.chiSquareQuantile)('chi-square: quantile at $p, $degreesOfFreedom degrees of freedom', ({ p, degreesOfFreedom, value }) => {
    expect(relativeDistance(chiSquareQuantile(p, degreesOfFreedom), value)).toBeLessThan(1e-9);
  });

  it.each(cases.chiSquareUpperTail)(
    'chi-square: upper tail at $x, $degreesOfFreedom degrees of freedom',
    ({ x, degreesOfFreedom, value }) => {
      expect(relativeDistance(chiSquareUpperTail(x, degreesOfFreedom), value)).toBeLessThan(1e-9);
    },
  );

  it.each(cases.normalQuantile)('normal: quantile at $p', ({ p, value }) => {
    expect(Math.abs(normalQuantile(p) - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
  });

  it.each(cases.kolmogorovQuantile)('Kolmogorov: quantile at $significance', ({ significance, value }) => {
    expect(relativeDistance(kolmogorovQuantile(significance), value)).toBeLessThan(1e-9);
  });
});

it('distributions answer as their examples say', () => {
  expect(chiSquareUpperTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
  expect(chiSquareQuantile(0.95, 9)).toBeCloseTo(16.918977604620448, 12);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
  expect(kolmogorovQuantile(0.05)).toBeCloseTo(1.3580986393225507, 12);
});

describe('distributions as laws', () => {
  const degrees = fc.integer({ min: 1, max: 200 });

  it('a quantile is where the upper tail is what is left', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), degrees, (p, df) => {
        expect(chiSquareUpperTail(chiSquareQuantile(p, df), df)).toBeCloseTo(1 - p, 10);
      }),
      { seed: 1 },
    );
  });

  it('the upper tail falls from 1 at 0 to 0 at infinity', () => {
    fc.assert(
      fc.property(degrees, fc.double({ min: 0, max: 1000, noNaN: true }), fc.double({ min: 0, max: 1000, noNaN: true }), (df, a, b) => {
        expect(chiSquareUpperTail(Math.min(a, b), df)).toBeGreaterThanOrEqual(chiSquareUpperTail(Math.max(a, b), df) - 1e-14);
      }),
      { seed: 1 },
    );
    expect([chiSquareUpperTail(-1, 3), chiSquareUpperTail(0, 3), chiSquareUpperTail(Infinity, 3)]).toEqual([1, 1, 0]);
    expect([kolmogorovUpperTail(0), kolmogorovUpperTail(Infinity)]).toEqual([1, 0]);
  });

  it('the normal quantile is odd around a half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 511 }), (k) => {
        expect(normalQuantile(k / 1024)).toBe(-normalQuantile(1 - k / 1024));
      }),
      { seed: 1 },
    );
    expect(normalQuantile(0.5)).toBe(0);
  });

  it.each([
    ['a chance of 1 has no chi-square quantile', () => chiSquareQuantile(1, 3), 'a chi-square quantile needs p from 0 to below 1, got 1'],
    ['nor has NaN', () => chiSquareQuantile(NaN, 3), 'got NaN'],
    ['no degrees of freedom', () => chiSquareQuantile(0.5, 0), 'incomplete gamma functions need a in 0..1e5'],
    ['NaN in a tail', () => chiSquareUpperTail(NaN, 3), 'incomplete gamma functions need'],
    ['a chance of 0 has no normal quantile', () => normalQuantile(0), 'a normal quantile needs p between 0 and 1, got 0'],
    ['nor a Kolmogorov quantile', () => kolmogorovQuantile(0), 'a Kolmogorov quantile needs a significance between 0 and 1, got 0'],
  ])('%s', (_, compute, message) => {
    expect(compute).toThrow(message);
  });
});
