import { gammaln } from 'simple-statistics';
import { assertEqualRanges } from './equal-bins.js';
import { greatestCount, measureRatio, RATIO_COUNT_MIN, ratioByChance, type Ratio } from './measure-ratio.js';
import { UNDEFINED, type Statistic } from './statistic.js';

/**
 * The share of current values below the least or above the greatest value of the baseline, missing ones left out. Formula: out of range / count.
 * Of the current values alone, not less the share of the reference.
 *
 * Use it for: wrong units, overflows, sensors at their stop. Not for: values that are strange, but within the range.
 * Range 0..1: 0 where every value was in range. Undetermined below 100 current values, and for categories.
 * Critical value: exact for continuous values, from the ranks that a reference takes among both. Cost: constant.
 */
export const outOfRangeRatio: Statistic<'frequencies'> = {
  name: 'out-of-range-ratio',
  reads: 'frequencies',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: RATIO_COUNT_MIN,
  source: 'Wilks, "Statistical prediction with special reference to the problem of tolerance limits", 1942, section 3 (critical value)',
  measure(input) {
    assertEqualRanges(outOfRangeRatio.name, input);
    const ratioOf = ({ outOfRange, count }: { outOfRange: number; count: number }) => ({ part: outOfRange, whole: count });
    const reading = measureRatio(outOfRangeRatio, input, ratioOf, criticalValue);
    return reading.kind === 'measured' && input.current.binning.kind === 'categorical' ? UNDEFINED : reading;
  },
};

/** A reference with values out of range was counted in the range of another one, which says nothing about chance; its share does. */
function criticalValue(current: Ratio, reference: Ratio, significance: number): number {
  if (reference.part > 0) return ratioByChance(current, reference, significance);
  const [n, m] = [Math.floor(current.whole), Math.floor(reference.whole)];
  return greatestCount(n, significance, (count) => chanceOutside(count, n, m)) / n;
}

/**
 * Chance that at least `count` of n values lie outside the range of m others of the same distribution. All choices of m ranks out of n + m are
 * alike; counted are those whose least and greatest are near enough: (C(N - k, m) + k C(N - k - 1, m - 1)) / C(N, m) with N = n + m.
 */
function chanceOutside(count: number, n: number, m: number): number {
  const total = n + m;
  const logRatio = gammaln(total - count + 1) - gammaln(n - count + 1) - gammaln(total + 1) + gammaln(n + 1);
  return Math.exp(logRatio) * (1 + (count * m) / (total - count));
}
