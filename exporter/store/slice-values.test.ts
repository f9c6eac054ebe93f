import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLabelGate } from '../pipeline/label-gate.js';
import { admitSliceValue } from './slice-values.js';

describe('admitSliceValue', () => {
  it('calls a value what the label gate calls it, so that one value is one series wherever it is counted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 20 }), (values) => {
        const gate = createLabelGate(5);
        const counted = new Map<string, number>();
        for (const value of values) {
          const admitted = admitSliceValue(counted, 5, value);
          counted.set(admitted, (counted.get(admitted) ?? 0) + 1);
          expect(admitted).toBe(gate.admit(value));
        }
      }),
      { seed: 20131101 },
    );
  });
});
