/**
 * How values of one feature fall into bins. Frozen in a baseline, so that replicas, days and versions count in the same bins.
 *
 * Numeric: `edges` are ascending, finite and distinct; B edges make B + 1 bins, open at both tails. Bin i holds edges[i-1] < x <= edges[i],
 * as Prometheus' `le` does. A value below `min` or above `max`, the least and the greatest seen in the reference, counts in its tail bin
 * and is counted as out of range besides.
 *
 * Categorical: one bin for each of `categories`, then `__other__` (known in the reference, but not among the top K), then `__unseen__`.
 * `known` lists the categories behind `__other__`.
 */
export type Binning =
  | { readonly kind: 'numeric'; readonly edges: readonly number[]; readonly min: number; readonly max: number }
  | { readonly kind: 'categorical'; readonly categories: readonly string[]; readonly known: readonly string[] };

export const OTHER_BIN = '__other__';
export const UNSEEN_BIN = '__unseen__';
