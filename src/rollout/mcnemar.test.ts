import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { binomialChances, expectNear, goldenCases, qualityOf, SEED } from './conformance.js';
import { DISCORDANT_CHI_SQUARE_MIN, mcnemar, type McNemar } from './index.js';

const pValueOf = ({ pValue }: McNemar) => (pValue.kind === 'measured' ? pValue.value : NaN);

interface McNemarCase {
  readonly name: string;
  readonly outcomes: readonly number[];
  readonly method: string;
  readonly chiSquare: number | null;
  readonly value: number;
}

describe("McNemar's test", () => {
  it.each(goldenCases<McNemarCase>('mcnemar'))("is statsmodels': $name", ({ outcomes, method, chiSquare, value }) => {
    const test = mcnemar(qualityOf(outcomes));
    if (chiSquare === null) expect(test.chiSquare.kind).toBe('undetermined');
    else expectNear([test.chiSquare.kind === 'measured' ? test.chiSquare.value : NaN], [chiSquare]);
    expect(test).toMatchObject({ discordant: outcomes[1]! + outcomes[2]!, method });
    // The least chances are relative, as a tail is read.
    expectNear([pValueOf(test) / value], [1]);
  });

  it('does not depend on which version is the champion, nor on the pairs that agree', () => {
    const counts = fc.nat({ max: 400 });
    fc.assert(
      fc.property(counts, counts, counts, counts, (both, b, c, neither) => {
        const test = mcnemar(qualityOf([both + 100, b, c, neither]));
        expect(mcnemar(qualityOf([neither, c, b, both + 100]))).toEqual(test);
        expect(pValueOf(test)).toBeGreaterThanOrEqual(0);
        expect(pValueOf(test)).toBeLessThanOrEqual(1);
        if (b === c) expect(pValueOf(test)).toBe(1);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('finds a difference where there is none with no more than the chance it says, for any number of discordant pairs', () => {
    for (const discordant of [1, 5, 12, 24, 25, 26, 31, 40, 57, 100, 333, 1000]) {
      const chances = binomialChances(discordant, 0.5);
      for (const significance of [0.1, 0.05, 0.01, 0.001]) {
        const found = chances.reduce((sum, chance, b) => {
          const test = mcnemar(qualityOf([1000, b, discordant - b, 0]));
          return pValueOf(test) <= significance ? sum + chance : sum;
        }, 0);
        expect(found).toBeLessThanOrEqual(significance);
      }
    }
  });

  it('by chi-square is within 0.006 of the exact chance where it takes over', () => {
    const discordant = DISCORDANT_CHI_SQUARE_MIN;
    const chances = binomialChances(discordant, 0.5);
    let below = 0;
    for (let b = 0; 2 * b < discordant; b++) {
      below += chances[b]!;
      expect(Math.abs(pValueOf(mcnemar(qualityOf([1000, b, discordant - b, 0]))) - Math.min(1, 2 * below))).toBeLessThan(0.006);
    }
  });

  it('has too little data below 100 pairs', () => {
    expect(mcnemar(qualityOf([60, 20, 19, 0])).pValue).toEqual({ kind: 'undetermined', reason: 'insufficient_data' });
    expect(mcnemar(qualityOf([60, 20, 20, 0])).pValue.kind).toBe('measured');
  });

  it('of counts that are no whole numbers is by chi-square', () => {
    expect(mcnemar(qualityOf([200, 2.5, 9.5, 0])).method).toBe('chi_square');
  });
});
