import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { nearlyEqual, testSketch } from '../../sketches/conformance.js';
import { goldenCases } from './conformance.js';
import { ERROR_ESTIMATES, EstimatedErrors } from './index.js';

interface GoldenCase {
  readonly name: string;
  readonly absolute: readonly number[];
  readonly squared: readonly number[];
  /** NannyML's direct loss estimation of these estimates. */
  readonly nannyml: Readonly<Record<string, number>>;
}

const estimates = fc.oneof(fc.double({ min: -5, max: 1000, noNaN: true }), fc.constantFrom(NaN, Infinity, -Infinity, 0, -1, undefined));

describe('estimated errors', () => {
  testSketch({
    name: 'of rows',
    empty: () => new EstimatedErrors(),
    fromJSON: EstimatedErrors.fromJSON,
    values: fc.record({ absolute: estimates, squared: estimates }),
    unequal: [],
    agree: nearlyEqual,
  });

  it('below 0 count as 0 and are told of, what is no number is missing', () => {
    const errors = new EstimatedErrors();
    errors.update({ absolute: 2, squared: 5 });
    errors.update({ absolute: -1, squared: 3 });
    errors.update({ absolute: -1, squared: -3 });
    errors.update({ absolute: NaN, squared: 3 });
    errors.update({ absolute: 1e151, squared: 3 });
    errors.update({ absolute: 1, squared: Infinity });
    errors.update({ absolute: undefined, squared: undefined });
    expect(errors.toJSON()).toEqual({ count: 3, absolute: 2, squared: 8, clamped: 2, missing: 4 });
  });

  it('of one kind leave the sum of the other at 0', () => {
    const errors = new EstimatedErrors();
    errors.update({ absolute: 2, squared: undefined }, 3);
    expect(errors.toJSON()).toEqual({ count: 3, absolute: 6, squared: 0, clamped: 0, missing: 0 });
  });

  it('refuse sums that are not theirs', () => {
    expect(() => EstimatedErrors.fromJSON({ ...new EstimatedErrors().toJSON(), squared: -1 })).toThrow(
      'estimated errors need counts that are finite and at least 0, got -1',
    );
  });
});

describe.each(goldenCases<GoldenCase>('error-estimates'))('errors before ground truth: $name', ({ absolute, squared, nannyml }) => {
  it("are those of NannyML's direct loss estimation, to 1e-12", () => {
    const errors = new EstimatedErrors();
    absolute.forEach((value, row) => {
      errors.update({ absolute: value, squared: squared[row] });
    });
    for (const estimate of ERROR_ESTIMATES) {
      const reading = estimate.measure(errors);
      expect(reading.evidence).toBe('estimate');
      expect(reading.kind === 'measured' ? Math.abs(reading.value / nannyml[estimate.name]! - 1) : NaN).toBeLessThan(1e-12);
    }
  });
});

describe('errors before ground truth', () => {
  it('are undetermined below the least count, and say that they are estimates', () => {
    const errors = new EstimatedErrors();
    errors.update({ absolute: 1, squared: 4 }, 99);
    for (const estimate of ERROR_ESTIMATES)
      expect(estimate.measure(errors)).toEqual({ kind: 'undetermined', reason: 'insufficient_data', evidence: 'estimate' });
    errors.update({ absolute: 1, squared: 4 });
    expect(ERROR_ESTIMATES.map((estimate) => estimate.measure(errors))).toEqual([
      { kind: 'measured', value: 1, evidence: 'estimate' },
      { kind: 'measured', value: 2, evidence: 'estimate' },
    ]);
  });
});
