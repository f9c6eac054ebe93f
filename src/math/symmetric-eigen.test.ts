import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { symmetricEigen } from './symmetric-eigen.js';

interface GoldenCase {
  readonly name: string;
  readonly matrix: readonly (readonly number[])[];
  readonly values: readonly number[];
  /** How many eigenvectors the projector is made of: those of the greatest eigenvalues. */
  readonly cut: number;
  readonly projector: readonly (readonly number[])[];
}
const { cases } = JSON.parse(readFileSync(new URL('./symmetric-eigen.golden.json', import.meta.url), 'utf8')) as {
  cases: readonly GoldenCase[];
};

const greatest = (numbers: readonly number[]) => numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);

const entry = fc.oneof(
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0, 1e8, -1e-8, 1e-140),
);
const symmetric = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.array(fc.array(entry, { minLength: size, maxLength: size }), { minLength: size, maxLength: size }).map((rows) => {
    return rows.map((row, i) => row.map((value, j) => (j <= i ? value : rows[j]![i]!)));
  }),
);

describe('eigenvalues', () => {
  it.each(cases)("and the space of the greatest are numpy's: $name", ({ matrix, values, cut, projector }) => {
    const ours = symmetricEigen(matrix);
    const scale = Math.max(1, greatest(matrix.flat()));
    expect(greatest(values.map((value, i) => value - ours.values[i]!))).toBeLessThan(1e-12 * scale);
    const apart = projector.flatMap((row, i) =>
      row.map((value, j) => value - ours.vectors.slice(0, cut).reduce((sum, vector) => sum + vector[i]! * vector[j]!, 0)),
    );
    expect(greatest(apart)).toBeLessThan(1e-11);
  });

  it('are those of the matrix, with vectors of length 1 that stand at right angles, as exactly as promised', () => {
    fc.assert(
      fc.property(symmetric, (matrix) => {
        const { values, vectors } = symmetricEigen(matrix);
        const bound = 1e-12 * greatest(matrix.flat()) * matrix.length;
        vectors.forEach((vector, i) => {
          const image = matrix.map((row) => dot(row, vector));
          expect(greatest(image.map((value, j) => value - values[i]! * vector[j]!))).toBeLessThanOrEqual(bound);
          expect(values[i]!).toBeLessThanOrEqual(values[Math.max(0, i - 1)]!);
          expect(vector[Array.from(vector, Math.abs).indexOf(greatest([...vector]))]!).toBeGreaterThan(0);
          vectors.forEach((other, j) => {
            expect(Math.abs(dot(vector, other) - (i === j ? 1 : 0))).toBeLessThan(1e-12 * matrix.length);
          });
        });
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('read the lower triangle alone, and leave it as it was', () => {
    const lower = [Float64Array.of(4), Float64Array.of(1, 3)];
    const { values } = symmetricEigen(lower);
    expect(lower).toEqual([Float64Array.of(4), Float64Array.of(1, 3)]);
    expect(symmetricEigen([Float64Array.of(4, NaN), Float64Array.of(1, 3)]).values).toEqual(values);
  });

  it('of no rows are none; of what is not finite, refused', () => {
    expect(symmetricEigen([])).toEqual({ values: new Float64Array(0), vectors: [] });
    expect(() => symmetricEigen([[NaN]])).toThrow('eigenvalues need a matrix of finite numbers');
  });
});
