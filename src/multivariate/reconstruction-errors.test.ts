import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { nearlyEqual, numbers, testSketch } from '../sketches/conformance.js';
import { ReconstructionErrors } from './index.js';

describe('reconstruction errors', () => {
  testSketch({
    name: 'of rows',
    empty: () => new ReconstructionErrors(),
    fromJSON: ReconstructionErrors.fromJSON,
    values: numbers,
    unequal: [],
    agree: nearlyEqual,
  });

  it('never fall, stay finite, and leave out what is no error', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(numbers, fc.constantFrom(1e150, 1.1e150, -1))), (list) => {
        const errors = ReconstructionErrors.of(list);
        expect(errors.count).toBe(list.filter((error) => error >= 0 && error <= 1e150).length);
        expect(errors.count + errors.missing).toBe(list.length);
        expect(errors.squared).toBeLessThan(Infinity);
        if (errors.count > 0) expect(errors.variance).toBeGreaterThanOrEqual(0);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('have a mean and a variance, and none without rows', () => {
    const { mean, variance } = ReconstructionErrors.of([1, 2, 6]);
    expect([mean, variance]).toEqual([3, expect.closeTo(14 / 3, 12)]);
    expect([new ReconstructionErrors().mean, new ReconstructionErrors().variance]).toEqual([NaN, NaN]);
  });

  it('refuse what is not theirs', () => {
    const json = new ReconstructionErrors().toJSON();
    expect(() => ReconstructionErrors.fromJSON({ ...json, sum: -1 })).toThrow(
      'reconstruction errors need sums that are finite and at least 0, got -1',
    );
  });
});
