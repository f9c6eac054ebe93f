/**
 * The chance that a value of class 1 is above one of class 0, ties counting half: the area under the ROC curve. NaN with one class only.
 *
 * Cost: a sort, O(n log n).
 * Source: Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other", 1947: U / (P N).
 *
 * @example rankArea([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) // 0.75
 */
export function rankArea(values: ArrayLike<number>, classes: ArrayLike<number>): number {
  const all = Float64Array.from(values);
  const [ones, zeros] = [1, 0].map((side) => all.filter((_, row) => classes[row] === side).sort()) as [Float64Array, Float64Array];
  let [won, below, upTo] = [0, 0, 0];
  for (const value of ones) {
    while (below < zeros.length && zeros[below]! < value) below++;
    while (upTo < zeros.length && zeros[upTo]! <= value) upTo++;
    won += (below + upTo) / 2;
  }
  return won / (ones.length * zeros.length);
}
