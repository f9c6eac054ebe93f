import { numericBinIndex } from '@modelwatch/core';

/** How far above a constant its bin ends, as a share of it: well beyond the rounding of a 32-bit float, 6e-8. */
const CONSTANT_MARGIN_RATIO = 1e-5;

/**
 * Moves each edge from the value where it stands to a short number between that value and the next greater one. No value of the reference changes
 * its bin. A model that takes 32-bit floats sees 0.1 as 0.100000001: at an edge of exactly 0.1 all such values would change their bin, and
 * a feature with few distinct values would drift without drifting.
 *
 * Cost: one pass over the values.
 *
 * @example edgesBetween([3, 7], [1, 3, 4, 7, 9]) // [3.5, 8]
 */
export function edgesBetween(edges: readonly number[], values: Float64Array): number[] {
  const leastByBin = new Float64Array(edges.length + 1).fill(Infinity);
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const bin = numericBinIndex(edges, value);
    if (value < leastByBin[bin]!) leastByBin[bin] = value;
  }
  return edges.map((edge, index) => {
    const next = leastByBin[index + 1]!;
    return shortBetween(edge, next === Infinity ? edge + Math.abs(edge) * CONSTANT_MARGIN_RATIO : next);
  });
}

/** The number of fewest digits about halfway between two, or the lower one where nothing lies between. */
function shortBetween(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  const quarter = (high - low) / 4;
  for (let digits = 1; digits <= 17 && quarter > 0; digits += 1) {
    const candidate = Number(middle.toPrecision(digits));
    if (candidate >= low + quarter && candidate <= high - quarter) return candidate;
  }
  return middle < high ? middle : low;
}
