import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { logisticRegression, logOdds } from './logistic-regression.js';

interface GoldenCase {
  readonly columns: readonly (readonly number[])[];
  readonly classes: readonly number[];
  readonly penalty: number;
  readonly intercept: number;
  readonly coefficients: readonly number[];
}
const { cases } = JSON.parse(readFileSync(new URL('./logistic-regression.golden.json', import.meta.url), 'utf8')) as {
  cases: readonly GoldenCase[];
};

const arrays = (columns: readonly (readonly number[])[]) => columns.map((column) => Float64Array.from(column));

describe('logistic regression', () => {
  it.each(cases)("has scikit-learn's coefficients, to 1e-6: penalty $penalty", ({ columns, classes, penalty, intercept, coefficients }) => {
    const model = logisticRegression(arrays(columns), classes, { penalty });
    expect(Math.abs(model.intercept - intercept)).toBeLessThan(1e-6);
    expect(Math.max(...coefficients.map((value, i) => Math.abs(value - model.coefficients[i]!)))).toBeLessThan(1e-6);
  });

  it('ends where the gradient is as small as promised, whatever the rows', () => {
    const value = fc.oneof(fc.double({ min: -50, max: 50, noNaN: true }), fc.constantFrom(0, 1));
    const rows = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.array(fc.tuple(fc.array(value, { minLength: width, maxLength: width }), fc.constantFrom(0, 1)), { minLength: 2, maxLength: 25 }),
      );
    fc.assert(
      fc.property(rows, fc.constantFrom(0.01, 1, 100), (list, penalty) => {
        const classes = list.map(([, class_]) => class_);
        fc.pre(classes.includes(0) && classes.includes(1));
        const columns = list[0]![0].map((_, i) => Float64Array.from(list, ([row]) => row[i]!));
        const model = logisticRegression(columns, classes, { penalty });
        const residuals = logOdds(model, columns, classes.length).map((odds, row) => 1 / (1 + Math.exp(-odds)) - classes[row]!);
        const slope = (column: Float64Array, weight: number) =>
          Math.abs(column.reduce((sum, x, row) => sum + x * residuals[row]!, penalty * weight));
        columns.forEach((column, i) => {
          const greatest = column.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
          expect(slope(column, model.coefficients[i]!)).toBeLessThanOrEqual(1e-9 * classes.length * greatest);
        });
        expect(slope(new Float64Array(classes.length).fill(1), 0)).toBeLessThanOrEqual(1e-9 * classes.length);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('without columns is the log odds of the classes', () => {
    expect(logisticRegression([], [1, 0, 0, 0], { penalty: 1 }).intercept).toBeCloseTo(-Math.log(3), 12);
  });

  it('gives log odds by row', () => {
    const model = { intercept: 1, coefficients: Float64Array.of(2, -1) };
    expect([...logOdds(model, [Float64Array.of(1, 0), Float64Array.of(0, 5)], 2)]).toEqual([3, -4]);
  });

  it('refuses what has no answer', () => {
    expect(() => logisticRegression([], [1, 1], { penalty: 1 })).toThrow('logistic regression needs rows of both classes, got 2 of 2');
    expect(() => logisticRegression([], [1, 0], { penalty: 0 })).toThrow('logistic regression needs a penalty above 0, got 0');
    expect(() => logisticRegression([Float64Array.of(1)], [1, 0], { penalty: 1 })).toThrow(
      'logistic regression needs a class for each row, got 2 for 1',
    );
  });
});
