import type { FeatureColumn } from '../contracts/prediction.js';

/** A feature of rows that are looked at as a whole. */
export interface MultivariateFeature {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
}

/** Rows in columns, in the order of the features: as a baseline reads them, and as predictions come. A column that is not there is undefined. */
export interface FeatureRows {
  readonly columns: readonly (FeatureColumn | undefined)[];
  readonly rows: number;
}

/** The rows that are kept, in their order. */
export function rowsWhere({ columns, rows }: FeatureRows, keeps: (row: number) => boolean): FeatureRows {
  const kept = Array.from({ length: rows }, (_, row) => row).filter(keeps);
  return {
    columns: columns.map((column) => column && (kept.map((row) => column[row] ?? null) as FeatureColumn)),
    rows: kept.length,
  };
}

/** The first rows of a numeric feature; NaN for what is missing, and for text and infinities, which no distance can be taken from. */
export function numbersOf(column: FeatureColumn | undefined, rows: number): Float64Array {
  // A loop over typed arrays alone takes a quarter of the time.
  if (column instanceof Float64Array && column.length >= rows) {
    const numbers = column.slice(0, rows);
    for (let row = 0; row < rows; row++) if (!Number.isFinite(numbers[row])) numbers[row] = NaN;
    return numbers;
  }
  const numbers = new Float64Array(rows).fill(NaN);
  if (column === undefined) return numbers;
  for (let row = 0; row < rows; row++) {
    const value = column[row];
    // The difference of an infinity from itself is no number.
    if (typeof value === 'number' && value - value === 0) numbers[row] = value;
  }
  return numbers;
}

/** The first rows of a categorical feature, numbers as their decimal text; null for what is missing. */
export function categoriesOf(column: FeatureColumn | undefined, rows: number): (string | null)[] {
  const categories = new Array<string | null>(rows).fill(null);
  if (column === undefined) return categories;
  for (let row = 0; row < rows; row++) {
    const value = column[row];
    if (value !== undefined && value !== null && value !== '' && value === value) categories[row] = String(value);
  }
  return categories;
}

/** Categories with their counts, the most frequent first, ties by name in UTF-16 code units; missing ones left out. */
export function countCategories(...lists: readonly (readonly (string | null)[])[]): (readonly [category: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const category of lists.flat()) if (category !== null) counts.set(category, (counts.get(category) ?? 0) + 1);
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
}

/** Mean and population standard deviation, in two passes; 0 and 0 of no values. */
export function spreadOf(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const count = values.length;
  if (count === 0) return { mean: 0, deviation: 0 };
  let [sum, squared] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / count;
  for (const value of values) squared += (value - mean) ** 2;
  const variance = squared / count;
  // What is left of a constant by rounding is no spread.
  const rounding = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
  return { mean, deviation: variance <= rounding ? 0 : Math.sqrt(variance) };
}
