import type { FeatureColumn } from '../contracts/prediction.js';
import { categoriesOf, countCategories, numbersOf, spreadOf, type MultivariateFeature } from './feature.js';

/**
 * How a feature becomes a number of mean 0 and standard deviation 1 in the reference: (code - mean) / scale. The code of a number is itself, that of
 * a category its share in the reference, 0 where the reference does not know it. Missing numbers count as the mean, missing categories as the most
 * frequent one.
 */
export type FeatureCoding =
  | { readonly name: string; readonly kind: 'numeric'; readonly mean: number; readonly scale: number }
  | {
      readonly name: string;
      readonly kind: 'categorical';
      readonly categories: readonly string[];
      /** By category. */
      readonly shares: readonly number[];
      /** The code of what is missing: the share of the most frequent category. */
      readonly missing: number;
      readonly mean: number;
      readonly scale: number;
    };

/** Categories whose shares are kept, the most frequent: of the others each has a share of at most 1/1001, and counts as 0. */
export const CODED_CATEGORIES_MAX = 1000;

/** The coding of one feature of the reference. A feature without spread keeps its unit: a scale of 1. */
export function fitCoding({ name, kind }: MultivariateFeature, column: FeatureColumn | undefined, rows: number): FeatureCoding {
  if (kind === 'numeric') {
    const values = numbersOf(column, rows);
    const { mean } = spreadOf(values.filter((value) => !Number.isNaN(value)));
    const { deviation } = spreadOf(values.map((value) => (Number.isNaN(value) ? mean : value)));
    return { name, kind, mean, scale: deviation || 1 };
  }
  const values = categoriesOf(column, rows);
  const counts = countCategories(values);
  const missing = rows - counts.reduce((sum, [, count]) => sum + count, 0);
  const kept = counts.slice(0, CODED_CATEGORIES_MAX);
  // What is missing counts as the most frequent category from the start.
  const shares = kept.map(([, count], i) => (count + (i === 0 ? missing : 0)) / rows);
  const categories = kept.map(([category]) => category);
  const uncentred: FeatureCoding = { name, kind, categories, shares, missing: shares[0] ?? 0, mean: 0, scale: 1 };
  const { mean, deviation } = spreadOf(createCoder(uncentred)(column, rows));
  return { ...uncentred, mean, scale: deviation || 1 };
}

/** The function that a coding describes, from a column to its coded rows. */
export function createCoder(coding: FeatureCoding): (column: FeatureColumn | undefined, rows: number) => Float64Array {
  const { mean, scale } = coding;
  if (!(Number.isFinite(mean) && scale > 0 && scale < Infinity)) {
    throw new RangeError(`the coding of ${coding.name} needs a finite mean and a scale above 0, got ${mean} and ${scale}`);
  }
  if (coding.kind === 'numeric') {
    return (column, rows) => {
      const coded = numbersOf(column, rows);
      for (let row = 0; row < rows; row++) coded[row] = Number.isNaN(coded[row]) ? 0 : (coded[row]! - mean) / scale;
      return coded;
    };
  }
  const codes = new Map(coding.categories.map((category, i) => [category, coding.shares[i] ?? 0]));
  return (column, rows) => {
    const coded = new Float64Array(rows);
    categoriesOf(column, rows).forEach((category, row) => {
      const code = category === null ? coding.missing : (codes.get(category) ?? 0);
      coded[row] = (code - mean) / scale;
    });
    return coded;
  };
}
