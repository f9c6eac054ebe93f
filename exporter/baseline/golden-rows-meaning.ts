import type { Baseline, CategoricalBaselineFeature } from '@modelwatch/core';
import { quote, type Path } from '../config/fault.js';
import type { Part } from '../config/sound-part.js';
import { categoryDigest } from './private-features.js';
import type { Report } from './baseline-meaning.js';

/** Golden rows are rows of the features, and each has its output. */
export function checkGoldenRows({ goldenRows, features }: Part<Baseline>, report: Report): void {
  const { features: rows, outputs } = goldenRows ?? {};
  if (rows === undefined) return;
  if (outputs !== undefined && outputs.length !== rows.length) {
    report(['goldenRows', 'outputs'], `${rows.length} golden rows have as many outputs, got ${outputs.length}`);
  }
  checkFeatureRows(rows, features, ['goldenRows', 'features'], report);
}

/** Rows are as wide as the features, of their kinds and categories. */
export function checkFeatureRows(
  rows: Part<Baseline['goldenRows']['features']> | undefined,
  features: Part<Baseline['features']> | undefined,
  at: Path,
  report: Report,
): void {
  if (rows === undefined || features === undefined) return;
  const categories = features.map((feature) => (feature?.kind === 'categorical' ? soundCategories(feature) : undefined));
  const digests = features.map((feature) => (feature?.kind === 'categorical' ? soundDigest(feature) : undefined));
  rows.forEach((row, index) => {
    const path = [...at, index];
    if (row === undefined) return;
    if (row.length !== features.length) {
      report(path, `${features.length} features make rows of ${features.length} values, got ${row.length}`);
      return;
    }
    row.forEach((value, column) => {
      const feature = features[column];
      if (value === null || value === undefined || feature?.kind === undefined) return;
      const wanted = feature.kind === 'numeric' ? 'number' : 'string';
      if (typeof value !== wanted) {
        report([...path, column], `the feature ${quote(feature.name ?? '')} is ${feature.kind}, got ${quote(value)}`);
      } else if (wanted === 'string' && categories[column]?.has(digests[column]?.(String(value)) ?? value) === false) {
        report([...path, column], `the category ${quote(value)} stands neither in categories nor in known`);
      }
    });
  });
}

/** Rows that are kept have values, and the categories of a private feature are digests of them. */
function soundDigest({ name, private: sealed }: Part<CategoricalBaselineFeature>): ((value: string) => string) | undefined {
  if (name === undefined || sealed?.salt === undefined) return undefined;
  return categoryDigest({ name, kind: 'categorical', private: { salt: sealed.salt } });
}

/** All categories of a feature, or nothing where some of them are faulty: each fault is told once. */
function soundCategories({ categories, known }: Part<CategoricalBaselineFeature>): ReadonlySet<unknown> | undefined {
  if (categories === undefined || known === undefined) return undefined;
  const all = new Set<unknown>([...categories, ...known]);
  return all.has(undefined) ? undefined : all;
}
