import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { nearlyEqual, numbers, testSketch } from '../sketches/conformance.js';
import { SEED, expectNear, goldenCases } from './conformance.js';
import { ATTRIBUTION_MAX, Attributions } from './index.js';

const NAMES = ['distance', 'carrier', 'month'];

testSketch({
  name: 'attributions',
  empty: () => new Attributions(NAMES),
  fromJSON: Attributions.fromJSON,
  values: fc.oneof(fc.tuple(numbers, numbers, numbers), fc.tuple(...NAMES.map(() => fc.double({ min: -10, max: 10, noNaN: true })))),
  unequal: [
    {
      make: () => new Attributions(['distance', 'carrier']),
      message: 'attributions need equal features, got 3 [distance, carrier, month] and 2 [distance, carrier]',
    },
    {
      make: () => new Attributions(['carrier', 'distance', 'month']),
      message: 'attributions need equal features, got 3 [distance, carrier, month] and 3 [carrier, distance, month]',
    },
  ],
  agree: (a, b) => nearlyEqual(withoutSubnormals(a), withoutSubnormals(b)),
});

/** The square of a value below 1e-150 has lost digits, or all of them. */
function withoutSubnormals(state: unknown): unknown {
  return JSON.parse(JSON.stringify(state), (_, value: unknown) => (typeof value === 'number' && value < 1e-300 ? 0 : value)) as unknown;
}

interface AttributionsCase {
  readonly name: string;
  readonly rows: readonly (readonly number[])[];
  readonly mean: readonly number[];
  readonly meanAbsolute: readonly number[];
  readonly variance: readonly number[];
  readonly varianceAbsolute: readonly number[];
}

describe('attributions', () => {
  it.each(goldenCases<AttributionsCase>('attributions'))("have numpy's means and variances: $name", (golden) => {
    const attributions = new Attributions(NAMES);
    for (const row of golden.rows) attributions.update(row);
    for (const name of ['mean', 'meanAbsolute', 'variance', 'varianceAbsolute'] as const) {
      const values = NAMES.map((_, feature) => attributions[name](feature));
      // A variance is known to 1e-15 of the mean square for each update: far from 0 no better than that.
      const tolerances = golden.rows[0]!.map(
        (_, i) => golden.rows.length * 1e-15 * golden.mean[i]! ** 2 + 1e-9 * Math.abs(golden[name][i]!),
      );
      values.forEach((value, i) => {
        expect(Math.abs(value - golden[name][i]!)).toBeLessThanOrEqual(tolerances[i]! + 1e-15);
      });
    }
  });

  it('know variances to 1e-15 of the mean square for each update', () => {
    const rows = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(rows, fc.constantFrom(0, 1e6), (spread, offset) => {
        const values = spread.map((value) => value + offset);
        const attributions = new Attributions(['x']);
        for (const value of values) attributions.update([value]);
        const bound = values.length * 1e-15 * meanOf(values.map((value) => value ** 2));
        const varianceOf = (of: readonly number[]) => meanOf(of.map((value) => (value - meanOf(of)) ** 2));
        expect(Math.abs(attributions.variance(0) - varianceOf(values))).toBeLessThanOrEqual(bound);
        expect(Math.abs(attributions.varianceAbsolute(0) - varianceOf(values.map(Math.abs)))).toBeLessThanOrEqual(bound);
        expect(Math.min(attributions.variance(0), attributions.varianceAbsolute(0))).toBeGreaterThanOrEqual(0);
      }),
      { seed: SEED },
    );
  });

  it('sum what is above and what is below 0', () => {
    const attributions = new Attributions(['distance', 'carrier']);
    attributions.update([0.5, -0.25]);
    attributions.update(Float64Array.of(-0.25, -0.5), 2);
    expect(attributions.toJSON()).toEqual({
      features: ['distance', 'carrier'],
      count: 3,
      positive: [0.5, 0],
      negative: [0.5, 1.25],
      squared: [0.375, 0.5625],
      missing: 0,
    });
    expectNear([attributions.mean(0), attributions.meanAbsolute(0), attributions.variance(0)], [0, 1 / 3, 0.125]);
  });

  it('never fall, and stay finite; a prediction with a value that cannot be counted is missing whole', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, numbers, numbers)), (rows) => {
        const attributions = new Attributions(NAMES);
        for (const row of rows) {
          const before = attributions.toJSON();
          attributions.update(row);
          const now = attributions.toJSON();
          const counted = row.every((value) => Math.abs(value) <= ATTRIBUTION_MAX);
          expect([now.count - before.count, now.missing - before.missing]).toEqual(counted ? [1, 0] : [0, 1]);
          for (const sums of ['positive', 'negative', 'squared'] as const) {
            now[sums].forEach((sum, i) => {
              expect(sum).toBeGreaterThanOrEqual(before[sums][i]!);
              expect(sum).toBeLessThan(Infinity);
            });
          }
        }
      }),
      { seed: SEED },
    );
  });

  it('have no mean without predictions', () => {
    const attributions = new Attributions(['x']);
    attributions.update([NaN]);
    expect([attributions.mean(0), attributions.meanAbsolute(0), attributions.variance(0), attributions.varianceAbsolute(0)]).toEqual(
      new Array(4).fill(NaN),
    );
  });

  it('refuse what is not theirs', () => {
    expect(() => new Attributions(['a', 'b', 'a'])).toThrow('attributions need each feature once, got a twice');
    expect(() => {
      new Attributions(['a', 'b']).update([1]);
    }).toThrow('attributions of 2 features need as many values, got 1');
    const json = new Attributions(['a', 'b']).toJSON();
    expect(() => Attributions.fromJSON({ ...json, squared: [1] })).toThrow('attributions of 2 features need as many sums, got 1');
    expect(() => Attributions.fromJSON({ ...json, negative: [1, -1] })).toThrow(
      'attributions need sums that are finite and at least 0, got -1',
    );
  });
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
