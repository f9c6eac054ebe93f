/**
 * The non-decreasing values nearest to the given ones: least weighted squares, by pooling adjacent violators.
 *
 * Formula: the f with f_1 <= f_2 <= ... that makes sum of w_i (y_i - f_i)^2 least. Neighbours out of order are pooled into their weighted mean,
 * so the weighted sum of the values stays what it was.
 *
 * Use it for: shares that must rise with a score. Not for: smoothing, since a step stays a step.
 * Weights are above 0, one a value. Within the range of the values. Cost: linear.
 * Source: Barlow, Bartholomew, Bremner and Brunk, "Statistical inference under order restrictions", 1972, section 1.2.
 *
 * @example [...isotonicRegression([0.1, 0.4, 0.2, 0.9], [1, 1, 1, 1])] // [0.1, 0.30000000000000004, 0.30000000000000004, 0.9]
 */
export function isotonicRegression(values: ArrayLike<number>, weights: ArrayLike<number>): Float64Array {
  if (values.length !== weights.length) {
    throw new RangeError(`isotonic regression needs a weight for each value, got ${weights.length} for ${values.length}`);
  }
  const pools: Pool[] = [];
  for (let i = 0; i < values.length; i++) {
    const weight = weights[i]!;
    if (!(weight > 0 && weight < Infinity && Number.isFinite(values[i]))) {
      throw new RangeError(`isotonic regression needs finite values of weight above 0, got ${values[i]} of weight ${weight}`);
    }
    let pool: Pool = { sum: values[i]! * weight, weight, mean: values[i]!, size: 1 };
    for (let before = pools.at(-1); before !== undefined && before.mean >= pool.mean; before = pools.at(-1)) {
      pools.pop();
      pool = pooled(before, pool);
    }
    pools.push(pool);
  }
  const fitted = new Float64Array(values.length);
  let end = 0;
  for (const { mean, size } of pools) fitted.fill(mean, end, (end += size));
  return fitted;
}

/** Neighbours that share one fitted value, their mean. */
interface Pool {
  readonly sum: number;
  readonly weight: number;
  readonly mean: number;
  readonly size: number;
}

/** Of two that are out of order. Rounding is kept from leaving their range. */
function pooled(before: Pool, after: Pool): Pool {
  const sum = before.sum + after.sum;
  const weight = before.weight + after.weight;
  const mean = Math.max(after.mean, Math.min(before.mean, sum / weight));
  return { sum, weight, mean, size: before.size + after.size };
}
