import { explanationOf, type Explanation } from './explanation.js';

export interface LinearModel {
  readonly intercept: number;
  /** One for each column. */
  readonly coefficients: ArrayLike<number>;
}

/**
 * Shapley values of a linear model, exact and without scoring a row. Formula: w_i (x_i - m_i) for column i, m_i its mean over the background rows.
 *
 * Use it for: linear regression, and the linear part of a logistic one. Not for: the probability of a logistic regression, which is not
 * linear in its features.
 * In the unit of the linear output. 0: the value is the mean of the background. A feature of several columns, one for each category, has
 * the sum of their values. Undefined where a value is not finite. Cost: linear in the columns.
 * Source: Lundberg and Lee, "A unified approach to interpreting model predictions", 2017, corollary 1.
 */
export function linearShapley(
  { intercept, coefficients }: LinearModel,
  { explained, means }: { readonly explained: ArrayLike<number>; readonly means: ArrayLike<number> },
): Explanation {
  const { length } = coefficients;
  if (explained.length !== length || means.length !== length) {
    throw new RangeError(
      `a linear model of ${length} coefficients needs as many values and means, got ${explained.length} and ${means.length}`,
    );
  }
  const values = Float64Array.from({ length }, (_, i) => coefficients[i]! * (explained[i]! - means[i]!));
  const at = (row: ArrayLike<number>) => Array.from(row).reduce((sum, value, i) => sum + coefficients[i]! * value, intercept);
  const [output, base] = [at(explained), at(means)];
  return explanationOf({ output, base, values, standardErrors: new Float64Array(length), samples: 0, rowsScored: 0 });
}
