import type { Reading } from '../contracts/reading.js';
import { chiSquareQuantile } from '../math/index.js';
import { assertEqualBins } from './equal-bins.js';
import { INSUFFICIENT_DATA, measured, type Statistic, type StatisticInput } from './statistic.js';

/**
 * Shares by bin, aligned, of the bins that hold a value in either. A bin that is empty in both says nothing: it adds 0 to every statistic, and
 * it takes no degree of freedom.
 */
export interface ComparedShares {
  readonly current: Float64Array;
  readonly reference: Float64Array;
  /** Shares of both counted together: the best estimate of the truth where there is no drift. */
  readonly pooled: Float64Array;
  /** 1/n + 1/m for n current and m reference values: the variance of a difference in shares is pooled (1 - pooled) times this. */
  readonly inverseCounts: number;
}

export interface ShareComparison {
  value(shares: ComparedShares): number;
  criticalValue?(shares: ComparedShares, significance: number): number;
}

/** The reading of a statistic that is a function of the shares by bin. */
export function compareShares(
  statistic: Statistic<'frequencies'>,
  input: StatisticInput<'frequencies'>,
  { value, criticalValue }: ShareComparison,
): Reading {
  assertEqualBins(statistic.name, input);
  const { current, reference } = input;
  const [n, m] = [current.count, reference.count];
  if (n < statistic.countMin || m < statistic.countMin) return INSUFFICIENT_DATA;
  const filled = (_: number, bin: number) => current.counts[bin]! + reference.counts[bin]! > 0;
  const ofCurrent = current.counts.filter(filled);
  const ofReference = reference.counts.filter(filled);
  const shares: ComparedShares = {
    current: ofCurrent.map((count) => count / n),
    reference: ofReference.map((count) => count / m),
    pooled: ofCurrent.map((count, bin) => (count + ofReference[bin]!) / (n + m)),
    inverseCounts: 1 / n + 1 / m,
  };
  return measured(
    statistic.name,
    value(shares),
    input.significance,
    criticalValue && ((significance) => criticalValue(shares, significance)),
  );
}

/**
 * The critical value of D = sum (q - p)^2 / p, which many statistics come to for small differences: without drift, D / (1/n + 1/m) is
 * chi-square with a degree of freedom less than there are bins. 0 with one bin, where nothing can differ.
 */
export function chiSquareCriticalValue({ pooled, inverseCounts }: ComparedShares, significance: number): number {
  return pooled.length < 2 ? 0 : cachedQuantile(significance, pooled.length - 1) * inverseCounts;
}

/**
 * Quantiles of the last significance by degrees of freedom: a quantile takes 20 to 100 microseconds, and a thousand features ask for the same few.
 * As many entries as there are different numbers of bins.
 */
let cache: { readonly significance: number; readonly quantiles: number[] } = { significance: NaN, quantiles: [] };

function cachedQuantile(significance: number, degreesOfFreedom: number): number {
  if (cache.significance !== significance) cache = { significance, quantiles: [] };
  return (cache.quantiles[degreesOfFreedom] ??= chiSquareQuantile(1 - significance, degreesOfFreedom));
}

/** Sum over bins of a function of the current share q and the reference share p. */
export function sumOverBins({ current, reference }: ComparedShares, term: (q: number, p: number) => number): number {
  let sum = 0;
  for (let bin = 0; bin < current.length; bin++) sum += term(current[bin]!, reference[bin]!);
  return sum;
}
