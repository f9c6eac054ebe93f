import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSampled } from './is-sampled.js';

const count = (ids: readonly string[], share: number) => ids.filter((id) => isSampled(id, share)).length;

describe('isSampled', () => {
  it.each([
    ['ids that count up', (i: number) => `flight-${i}`],
    ['ids that differ at their beginning', (i: number) => `${i}-of-the-day`],
    ['ids that are hexadecimal', (i: number) => (i * 2_654_435_761).toString(16)],
  ])('takes about the share of %s', (_name, idOf) => {
    const ids = Array.from({ length: 20_000 }, (_, i) => idOf(i));
    for (const share of [0.01, 0.1, 0.5, 0.9]) {
      // Five standard deviations of what chance alone would choose.
      expect(Math.abs(count(ids, share) - ids.length * share)).toBeLessThan(5 * Math.sqrt(ids.length * share * (1 - share)));
    }
  });

  it('chooses by the id alone, and a greater share holds a smaller one', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.string(), share, share, (id, a, b) => {
        expect(isSampled(id, Math.min(a, b)) && !isSampled(id, Math.max(a, b))).toBe(false);
        expect([isSampled(id, 1), isSampled(id, 0)]).toEqual([true, false]);
      }),
      { seed: 20131101 },
    );
  });
});
