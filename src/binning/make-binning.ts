import { OTHER_BIN, UNSEEN_BIN } from '../contracts/binning.js';
import type { CategoricalBinning, NumericBinning } from './bins.js';

/** Bins of a numeric feature unless said otherwise: the customary ten. */
export const NUMERIC_BINS_MAX = 10;
/** Categories with a bin of their own. */
export const CATEGORIES_MAX = 20;
/** Further categories remembered, so that they count as `__other__` and not as `__unseen__`. */
export const KNOWN_CATEGORIES_MAX = 10_000;

/**
 * Bins at quantiles of the reference: about equally many values in each, so that each bin weighs alike in PSI. At most `binsMax` distinct
 * values get a bin each; a value as frequent as two bins takes their place. A reference of one value gives two bins: up to it, and above.
 *
 * Quantiles are order statistics (the least value with at least that share at or below it), so an edge is always a value that occurred.
 * Values that are not finite are left out. Throws a RangeError where none is left.
 *
 * Cost: a sort of the values.
 * Source: Hyndman and Fan, "Sample quantiles in statistical packages", 1996, definition 1.
 *
 * @example quantileBinning([1, 2, 3, 4], 2) // { kind: 'numeric', edges: [2], min: 1, max: 4 }
 */
export function quantileBinning(values: Float64Array | readonly number[], binsMax: number = NUMERIC_BINS_MAX): NumericBinning {
  if (!Number.isInteger(binsMax) || binsMax < 2) throw new RangeError(`quantile binning needs at least 2 bins, got ${binsMax}`);
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const { length } = sorted;
  if (length === 0) throw new RangeError('quantile binning needs at least one finite value, got none');
  const min = sorted[0]!;
  const max = sorted[length - 1]!;
  const distinct = distinctUpTo(sorted, binsMax);
  const edges = distinct === undefined ? quantileEdges(sorted, binsMax) : distinct.slice(0, -1);
  return { kind: 'numeric', edges: edges.length === 0 ? [min] : edges, min, max };
}

/** The distinct values, or undefined where there are more than `limit`. */
function distinctUpTo(sorted: Float64Array, limit: number): number[] | undefined {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.length > 0 && distinct.at(-1) === value) continue;
    if (distinct.length === limit) return undefined;
    distinct.push(value);
  }
  return distinct;
}

/** For values that are not all the same. */
function quantileEdges(sorted: Float64Array, bins: number): number[] {
  // An edge at the greatest value would leave the last bin without a reference; where that value is frequent, it gets the last bin to itself.
  const edgeMax = sorted[sorted.indexOf(sorted[sorted.length - 1]!) - 1]!;
  const edges: number[] = [];
  for (let i = 1; i < bins; i++) {
    const edge = Math.min(sorted[Math.ceil((i * sorted.length) / bins) - 1]!, edgeMax);
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  return edges;
}

/**
 * Bins of a categorical feature: the `categoriesMax` most frequent categories each, ties by name; of the others the `knownMax` most frequent
 * are remembered as known. Missing values (null, '') are left out, and so are the names of the bins `__other__` and `__unseen__`, which a
 * category may not take. Not for identifiers: with more categories than both limits, reference values themselves count as unseen.
 *
 * Names are compared by UTF-16 code unit, so that the result does not depend on the machine's language.
 *
 * @example categoricalBinning(['b', 'a', 'b', 'c'], 1) // { kind: 'categorical', categories: ['b'], known: ['a', 'c'] }
 */
export function categoricalBinning(
  values: Iterable<string | null>,
  categoriesMax: number = CATEGORIES_MAX,
  knownMax: number = KNOWN_CATEGORIES_MAX,
): CategoricalBinning {
  const counts = new Map<string, number>();
  for (const value of values) {
    if (value === null || value === '' || value === OTHER_BIN || value === UNSEEN_BIN) continue;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)).map(([category]) => category);
  return {
    kind: 'categorical',
    categories: byCount.slice(0, categoriesMax),
    known: byCount.slice(categoriesMax, categoriesMax + knownMax).sort(),
  };
}
