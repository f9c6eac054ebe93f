// Coefficients of the rational approximations: in the middle by (p - 1/2)^2, in the tails by sqrt(-2 ln p).
const MIDDLE_ABOVE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239,
];
const MIDDLE_BELOW = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1];
const TAIL_ABOVE = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783,
];
const TAIL_BELOW = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
const TAIL = 0.02425;

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/**
 * Quantile of the standard normal distribution: the z with P(Z <= z) = p, for 0 < p < 1. Relative error below 1.15e-9.
 * simple-statistics' probit is off by up to 0.3 %, which shows in a bar that people read.
 *
 * @source P. J. Acklam, An algorithm for computing the inverse normal cumulative distribution function, 2003.
 * @example normalQuantile(0.999) // 3.0902323
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability between 0 and 1 was expected, got ${p}`);
  if (p > 1 - TAIL) return -normalQuantile(1 - p);
  if (p < TAIL) {
    const x = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_ABOVE, x) / polynomial(TAIL_BELOW, x);
  }
  const x = p - 0.5;
  return (x * polynomial(MIDDLE_ABOVE, x * x)) / polynomial(MIDDLE_BELOW, x * x);
}
