import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nestsDeeperThan } from './json-depth.js';

function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

const { tree } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.string({ unit: 'binary' })),
  brackets: fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', ',') }),
  tree: fc.oneof(
    { depthSize: 'medium' },
    tie('leaf'),
    tie('brackets'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(tie('brackets') as fc.Arbitrary<string>, fc.string()), tie('tree'), { maxKeys: 3 }),
  ),
}));

describe('nestsDeeperThan', () => {
  it('is true below the depth of a JSON text, and false from there on', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 1, 4), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const depth = depthOf(value);
        expect(nestsDeeperThan(text, depth)).toBe(false);
        if (depth > 0) expect(nestsDeeperThan(text, depth - 1)).toBe(true);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it.each([
    ['a string without an end, which hides the rest', '["[[[[[[', 1, false],
    ['an escaped backslash before the quote that ends a string', String.raw`["\\", [[[`, 3, true],
    ['an escaped quote within a string', String.raw`["\"[[[["]`, 1, false],
    ['many brackets side by side', '[],'.repeat(100_000), 1, false],
    ['a million brackets', '['.repeat(1_000_000), 32, true],
    ['no text', '', 0, false],
  ])('%s', (_name, text, depthMax, expected) => expect(nestsDeeperThan(text, depthMax)).toBe(expected));
});
