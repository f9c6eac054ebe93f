import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isotonicRegression } from './isotonic-regression.js';

interface GoldenCase {
  readonly values: readonly number[];
  readonly weights: readonly number[];
  readonly fitted: readonly number[];
}
const { cases } = JSON.parse(readFileSync(new URL('./isotonic-regression.golden.json', import.meta.url), 'utf8')) as {
  cases: readonly GoldenCase[];
};

const points = fc.array(fc.tuple(fc.double({ min: -10, max: 10, noNaN: true }), fc.double({ min: 0.01, max: 10, noNaN: true })), {
  maxLength: 30,
});
const fit = (list: readonly (readonly [number, number])[]) =>
  isotonicRegression(
    list.map(([value]) => value),
    list.map(([, weight]) => weight),
  );
const loss = (list: readonly (readonly [number, number])[], fitted: ArrayLike<number>) =>
  list.reduce((sum, [value, weight], i) => sum + weight * (value - fitted[i]!) ** 2, 0);

describe('isotonic regression', () => {
  it("is scikit-learn's, to 1e-12", () => {
    for (const { values, weights, fitted } of cases) {
      const ours = isotonicRegression(values, weights);
      const apart = fitted.map((value, i) => Math.abs(value - ours[i]!));
      expect(ours.length).toBe(fitted.length);
      expect(Math.max(...apart)).toBeLessThan(1e-12);
    }
  });

  it('never falls, stays within the range of the values, and keeps their weighted sum', () => {
    fc.assert(
      fc.property(points, (list) => {
        const fitted = fit(list);
        const values = list.map(([value]) => value);
        const sumOf = (numbers: ArrayLike<number>) => list.reduce((sum, [, weight], i) => sum + weight * numbers[i]!, 0);
        fitted.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(fitted[Math.max(0, i - 1)]!);
          expect(value).toBeGreaterThanOrEqual(Math.min(...values));
          expect(value).toBeLessThanOrEqual(Math.max(...values));
        });
        expect(sumOf(fitted)).toBeCloseTo(sumOf(values), 8);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('leaves no less loss to any other values that never fall', () => {
    fc.assert(
      fc.property(points, fc.infiniteStream(fc.double({ min: -10, max: 10, noNaN: true })), (list, stream) => {
        const other = list.map(() => stream.next().value as number).sort((a, b) => a - b);
        expect(loss(list, fit(list))).toBeLessThanOrEqual(loss(list, other) + 1e-9);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('refuses what it has no answer for', () => {
    expect(() => isotonicRegression([1], [])).toThrow('isotonic regression needs a weight for each value, got 0 for 1');
    expect(() => isotonicRegression([1, 2], [1, 0])).toThrow(
      'isotonic regression needs finite values of weight above 0, got 2 of weight 0',
    );
    expect(() => isotonicRegression([NaN], [1])).toThrow('isotonic regression needs finite values of weight above 0, got NaN of weight 1');
  });
});
