import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OTHER_BIN } from '@modelwatch/core';
import { labelText } from '../telemetry/label-text.js';
import { createLabelGate } from './label-gate.js';

describe('createLabelGate', () => {
  it('gives the first values a label of their own, for good, and counts the rest as others', () => {
    const gate = createLabelGate(2);
    expect(['a', 'b', 'c', 'a', 'd', 'b'].map((value) => gate.admit(value))).toEqual(['a', 'b', OTHER_BIN, 'a', OTHER_BIN, 'b']);
    expect([gate.size, gate.capacity, gate.folded]).toEqual([2, 2, 2]);
  });

  it('cuts a value of any length', () => {
    const gate = createLabelGate(2);
    expect(gate.admit('x'.repeat(1_000_000))).toBe('x'.repeat(128));
    expect(gate.admit(`${'x'.repeat(128)}and another`)).toBe('x'.repeat(128));
    expect(gate.size).toBe(1);
  });

  it('never makes one series twice of values that a scrape shows alike', () => {
    const gate = createLabelGate(100);
    const alike = ['\ud800', '\udbff', '\u0000', '\u007f', '\ufffd'];
    expect(new Set(alike.map((value) => gate.admit(value)))).toEqual(new Set(['\ufffd']));
    // A pair that is cut in two is no character any more.
    expect(gate.admit(`${'y'.repeat(127)}😀`)).toBe(`${'y'.repeat(127)}\ufffd`);
  });

  it('admits at most as many as its capacity, each shown as no other is, and keeps the sum', () => {
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('a', 'b', 'c', OTHER_BIN, '\ud800'));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(value, { maxLength: 60 }), (capacity, values) => {
        const gate = createLabelGate(capacity);
        const admitted = values.map((text) => gate.admit(text));
        const shown = [...new Set(admitted)].map((label) => labelText(['slice_value'], [label]));
        expect(new Set(shown).size).toBe(shown.length);
        expect(gate.size).toBeLessThanOrEqual(capacity);
        expect(new Set(admitted).size).toBeLessThanOrEqual(capacity + 1);
        expect(values.map((text) => gate.admit(text))).toEqual(admitted);
      }),
      { seed: 20131101 },
    );
  });
});
