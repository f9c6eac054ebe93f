import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonErrorOffset } from './json-error-offset.js';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('where a text stops being JSON', () => {
  it.each([
    ['', 0],
    ['  ', 2],
    ['nul', 0],
    ['nulls', 0],
    ['01', 0],
    ['1.', 0],
    ['+1', 0],
    ['NaN', 0],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['[1', 2],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['{"a":1} {}', 8],
    ['"a', 2],
    ['"a\nb"', 2],
    ['"a\\x"', 2],
    ['"\\u12"', 1],
    ['// no', 0],
    ['[1]\u00a0', 3],
  ])('%j: at %i', (text, offset) => expect(jsonErrorOffset(text)).toBe(offset));

  it('agrees with JSON.parse on what is JSON, and on every text cut off or damaged', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, position, inserted) => {
        const at = position % (json.length + 1);
        for (const text of [
          json,
          json.slice(0, at),
          `${json.slice(0, at)}${inserted}${json.slice(at)}`,
          json.slice(0, at) + json.slice(at + 1),
        ]) {
          const offset = jsonErrorOffset(text);
          expect(offset === undefined).toBe(isJson(text));
          expect(offset ?? 0).toBeLessThanOrEqual(text.length);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('takes a text of a megabyte', () => expect(jsonErrorOffset(`["${'x'.repeat(1_000_000)}", "\\n`)).toBe(1_000_008));
});
