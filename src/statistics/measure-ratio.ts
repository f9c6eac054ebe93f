import { gammaln } from 'simple-statistics';
import type { Reading } from '../contracts/reading.js';
import type { Frequencies } from '../sketches/index.js';
import { assertEqualBins } from './equal-bins.js';
import { INSUFFICIENT_DATA, measured, type Statistic, type StatisticInput } from './statistic.js';

/** Fewest values for a share: its standard error is then at most 0.05. */
export const RATIO_COUNT_MIN = 100;

/** A share as its two counts. */
export interface Ratio {
  readonly part: number;
  readonly whole: number;
}

/**
 * The reading of a share of the current values. The reference gives the critical value alone; where it has fewer values than `countMin`, there
 * is none.
 */
export function measureRatio(
  statistic: Statistic<'frequencies'>,
  input: StatisticInput<'frequencies'>,
  ratioOf: (frequencies: Frequencies) => Ratio,
  criticalValue?: (current: Ratio, reference: Ratio, significance: number) => number,
): Reading {
  assertEqualBins(statistic.name, input);
  const [current, reference] = [ratioOf(input.current), ratioOf(input.reference)];
  if (current.whole < statistic.countMin) return INSUFFICIENT_DATA;
  return measured(
    statistic.name,
    current.part / current.whole,
    input.significance,
    reference.whole < statistic.countMin ? undefined : criticalValue && ((chance) => criticalValue(current, reference, chance)),
  );
}

/**
 * The share that the current values exceed with at most the chance `significance` when the true share is that of the reference. One-sided.
 *
 * Formula: Fisher's exact test, solved for the current count: k of n against y of m, when k + y are given, has the hypergeometric chance
 * sum over j from k of C(n, j) C(m, k + y - j) / C(n + m, k + y). Counts are taken whole. It depends on the current values by their number alone.
 * Source: Fisher, "The logic of inductive inference", 1935; Lehmann and Romano, "Testing statistical hypotheses", 2005, section 4.5.
 */
export function ratioByChance({ whole }: Ratio, reference: Ratio, significance: number): number {
  const [n, m, y] = [Math.floor(whole), Math.floor(reference.whole), Math.floor(reference.part)];
  return greatestCount(n, significance, (count) => hypergeometricUpperTail(count, n, y, m)) / n;
}

/** The greatest count out of n that is reached with more than a chance; the chance falls with the count. Cost: logarithmic in n. */
export function greatestCount(n: number, significance: number, chanceToReach: (count: number) => number): number {
  let [low, high] = [0, n + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (chanceToReach(middle) > significance) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Chance that of `count` + `y` marked among n + m at least `count` are among the n. Summed away from the likeliest number, where terms fall: the
 * other way round they would start from 0 where that number is far, and answer 0 for a certainty. Cost: about the root of the marked.
 */
function hypergeometricUpperTail(count: number, n: number, y: number, m: number): number {
  const marked = count + y;
  const likeliest = Math.floor(((marked + 1) * (n + 1)) / (n + m + 2));
  const chance = Math.exp(logChoose(n, count) + logChoose(m, y) - logChoose(n + m, marked));
  if (count > likeliest) return sumOfFallingTerms(chance, count, (j) => ((n - j) / (j + 1)) * ((marked - j) / (m - marked + j + 1)), 1);
  const below = (j: number) => (j / (n - j + 1)) * ((m - marked + j) / (marked - j + 1));
  return 1 - Math.min(1, sumOfFallingTerms(chance * below(count), count - 1, below, -1));
}

/** Adds terms, each a ratio of the one before, as long as they count. The ratio is 0 where there are no more. */
function sumOfFallingTerms(first: number, from: number, ratio: (j: number) => number, step: 1 | -1): number {
  let [term, sum] = [first, first];
  for (let j = from; term > sum * NEGLIGIBLE; j += step) {
    term *= ratio(j);
    sum += term;
  }
  return sum;
}

/** Share of a sum below which a term leaves it as it is in double precision. */
const NEGLIGIBLE = 1e-17;

function logChoose(n: number, k: number): number {
  return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
}
