import { categoriesOf, countCategories, numbersOf, spreadOf, type FeatureRows, type MultivariateFeature } from './feature.js';

/** A column of numbers that the domain classifier looks at: the reference's rows, then the current ones. */
export interface DomainColumn {
  /** `distance`, `carrier = AA`, `distance missing`. */
  readonly name: string;
  readonly kind: 'number' | 'indicator';
  readonly values: Float64Array;
}

/** Categories with a column of their own, the most frequent in both together. */
const CATEGORIES_MAX = 10;

/**
 * Columns of the features: a number as it is, missing ones as the mean; an indicator for each of at most 10 categories; and where a feature has missing
 * values, an indicator of them. All of it is made from both sets of rows together, so that it tells nothing of which is which.
 */
export function domainColumns(features: readonly MultivariateFeature[], reference: FeatureRows, current: FeatureRows): DomainColumn[] {
  return features.flatMap(({ name, kind }, i): DomainColumn[] => {
    const [before, now] = [reference.columns[i], current.columns[i]];
    if (kind === 'numeric') {
      const values = joined(numbersOf(before, reference.rows), numbersOf(now, current.rows));
      const missing = values.map((value) => (Number.isNaN(value) ? 1 : 0));
      const { mean } = spreadOf(values.filter((value) => !Number.isNaN(value)));
      const filled = values.map((value) => (Number.isNaN(value) ? mean : value));
      return [{ name, kind: 'number', values: filled }, ...missingColumn(name, missing)];
    }
    const values = categoriesOf(before, reference.rows).concat(categoriesOf(now, current.rows));
    const indicators = countCategories(values)
      .slice(0, CATEGORIES_MAX)
      .map(([category]): DomainColumn => {
        return { name: `${name} = ${category}`, kind: 'indicator', values: indicatorOf(values, category) };
      });
    return [...indicators, ...missingColumn(name, indicatorOf(values, null))];
  });
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function missingColumn(name: string, values: Float64Array): DomainColumn[] {
  return values.includes(1) ? [{ name: `${name} missing`, kind: 'indicator', values }] : [];
}

function indicatorOf(values: readonly (string | null)[], category: string | null): Float64Array {
  return Float64Array.from(values, (value) => (value === category ? 1 : 0));
}
