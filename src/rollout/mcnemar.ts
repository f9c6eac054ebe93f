import { chiSquareUpperTail } from '../math/index.js';
import { PAIRS_MIN, INSUFFICIENT_DATA } from './intervals.js';
import type { PairedQuality } from './paired-quality.js';
import type { Reading } from '../contracts/reading.js';

/** From so many discordant pairs on the test is by chi-square; below, it is exact. */
export const DISCORDANT_CHI_SQUARE_MIN = 25;

export interface McNemar {
  /** Pairs in which one version alone was right. */
  readonly discordant: number;
  readonly method: 'exact' | 'chi_square';
  /** Edwards' corrected statistic, of one degree of freedom; a recording rule has it too. Undetermined where the chance is exact. */
  readonly chiSquare: Reading;
  /** The chance of a difference at least as great if both versions were right equally often. */
  readonly pValue: Reading;
}

/**
 * McNemar's test: whether one version is right more often than the other, beyond chance. Of the b + c pairs in which one alone was right each
 * is as likely the one as the other, if both are as good; the pairs in which both or neither were right say nothing.
 *
 * Formula: below 25 discordant pairs the exact two-sided binomial chance, min(1, 2 P(X <= min(b, c))), X binomial (b + c, 1/2); from there on the upper
 * tail of chi-square with 1 degree of freedom at max(0, |b - c| - 1)^2 / (b + c), 1 being Edwards' continuity correction. Counts that are no whole
 * numbers have no exact chance, so they take the latter.
 *
 * Use it for: whether a difference is chance. Not for: how great it is, which `accuracyDifference` tells; with many pairs any difference
 * is beyond chance.
 * Range 0..1: 1 where b = c. Undetermined below 100 pairs. Both forms err on the side of no difference: the chance of a value up to 0.05 where
 * there is none is at most 0.05. Cost: at most 12 terms, or one tail of chi-square.
 *
 * Source: McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947; Edwards, "Note on the
 * correction for continuity in testing the significance of the difference between correlated proportions", 1948.
 */
export function mcnemar({ outcomes, count }: PairedQuality): McNemar {
  const [b, c] = [outcomes[1]!, outcomes[2]!];
  const discordant = b + c;
  const exact = discordant < DISCORDANT_CHI_SQUARE_MIN && Number.isInteger(b) && Number.isInteger(c);
  const method = exact ? 'exact' : 'chi_square';
  if (count < PAIRS_MIN) return { discordant, method, chiSquare: INSUFFICIENT_DATA, pValue: INSUFFICIENT_DATA };
  if (exact) {
    const value = exactChance(Math.min(b, c), discordant);
    return { discordant, method, chiSquare: INSUFFICIENT_DATA, pValue: { kind: 'measured', value } };
  }
  const statistic = Math.max(0, Math.abs(b - c) - 1) ** 2 / discordant;
  return {
    discordant,
    method,
    chiSquare: { kind: 'measured', value: statistic },
    pValue: { kind: 'measured', value: chiSquareUpperTail(statistic, 1) },
  };
}

/** Of at most so few cases among `count`, or so many, where each is as likely as not. */
function exactChance(few: number, count: number): number {
  let ways = 1;
  let sum = 1;
  for (let cases = 1; cases <= few; cases++) {
    ways = (ways * (count - cases + 1)) / cases;
    sum += ways;
  }
  return Math.min(1, 2 * sum * 2 ** -count);
}
