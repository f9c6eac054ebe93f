import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareGoldenRows } from './golden-rows.js';

describe('compareGoldenRows', () => {
  it('counts rows beyond the tolerance and rows without an output', () => {
    const parity = compareGoldenRows({ recorded: [0.25, 0.5, 1, 2], scored: [0.25, 0.75, NaN, 2.125], toleranceAbsolute: 0.125 });
    expect(parity).toEqual({ rows: 4, failures: 2, missing: 1, differenceMax: 0.25 });
  });

  it('knows no difference where there is no output, and refuses rows that do not belong together', () => {
    expect(compareGoldenRows({ recorded: [1], scored: [NaN], toleranceAbsolute: 1 })).toEqual({
      rows: 1,
      failures: 1,
      missing: 1,
      differenceMax: undefined,
    });
    expect(compareGoldenRows({ recorded: [], scored: [], toleranceAbsolute: 1 })).toMatchObject({ rows: 0, failures: 0 });
    expect(() => compareGoldenRows({ recorded: [1, 2], scored: [1], toleranceAbsolute: 1 })).toThrow(
      'golden rows need as many outputs as were recorded, got 1 and 2',
    );
  });

  it('fails no row of the outputs themselves, and every row moved beyond the tolerance', () => {
    const outputs = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(outputs, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (recorded, toleranceAbsolute) => {
        const same = compareGoldenRows({ recorded, scored: recorded, toleranceAbsolute });
        expect(same).toEqual({ rows: recorded.length, failures: 0, missing: 0, differenceMax: 0 });
        const moved = recorded.map((value) => value + 1.5 * toleranceAbsolute);
        expect(compareGoldenRows({ recorded, scored: moved, toleranceAbsolute }).failures).toBe(recorded.length);
      }),
      { seed: 20131101 },
    );
  });
});
