import { readFileSync } from 'node:fs';
import { seededRandom } from '../index.js';
import type { FeatureRows, MultivariateFeature } from './index.js';

/** The cases of `<unit>.golden.json`. */
export function goldenCases<Case>(unit: string): readonly Case[] {
  const golden = JSON.parse(readFileSync(new URL(`./${unit}.golden.json`, import.meta.url), 'utf8')) as { cases: readonly Case[] };
  return golden.cases;
}

type GoldenColumn = readonly (number | string | null)[];

/** Columns of a golden file; null is missing. */
export function rowsOf(columns: readonly GoldenColumn[]): FeatureRows {
  return { columns: columns.map(columnOf), rows: columns[0]!.length };
}

function columnOf(column: GoldenColumn): Float64Array | (string | null)[] {
  if (column.some((value) => typeof value === 'string')) return column.map((value) => (value === null ? null : String(value)));
  return Float64Array.from(column, (value) => (value === null ? NaN : Number(value)));
}

/** Numbers of the standard normal distribution, seeded. */
export function normals(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** So many rows of independent standard normal features, each row changed by a function. */
export function normalRows(
  { rows, features, normal }: { readonly rows: number; readonly features: number; readonly normal: () => number },
  change: (row: number[]) => void = () => undefined,
): FeatureRows {
  const columns = Array.from({ length: features }, () => new Float64Array(rows));
  for (let at = 0; at < rows; at++) {
    const row = Array.from({ length: features }, normal);
    change(row);
    row.forEach((value, i) => {
      columns[i]![at] = value;
    });
  }
  return { columns, rows };
}

export function numericFeatures(count: number): MultivariateFeature[] {
  return Array.from({ length: count }, (_, i) => ({ name: `x${i}`, kind: 'numeric' as const }));
}
