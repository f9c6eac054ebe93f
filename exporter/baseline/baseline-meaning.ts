import type { Baseline, CategoricalBaselineFeature, NumericBaselineFeature } from '@modelwatch/core';
import { NAME_PATTERN, OTHER_BIN, UNSEEN_BIN } from '@modelwatch/core';
import { quote } from '../config/fault.js';
import type { Path } from '../config/fault.js';
import type { Part } from '../config/sound-part.js';
import { VALUE_DIGEST } from '../security/value-digest.js';
import { checkEvaluation } from './evaluation-meaning.js';
import { checkExplanations } from './explanations-meaning.js';
import { checkGoldenRows } from './golden-rows-meaning.js';
import { checkReconstruction } from './reconstruction-meaning.js';

export type Report = (path: Path, message: string) => void;

/** Weighted counts may be fractions; their sums agree to this share. */
const COUNT_TOLERANCE_RATIO = 1e-9;

/** What the schema cannot say: lengths that belong together, order, sums that agree. Lists every fault. */
export function checkBaselineMeaning(baseline: Part<Baseline>, report: Report): void {
  const { features, output, provenance } = baseline;
  for (const key of ['model', 'version'] as const) {
    const name = baseline[key];
    if (name !== undefined && !new RegExp(NAME_PATTERN).test(name))
      report([key], `${quote(name)} is not a name that a label and a path can hold`);
  }
  checkProvenance(provenance, report);
  const rows = provenance?.rows;
  const first = new Map<string, number>();
  features?.forEach((feature, index) => {
    if (feature === undefined) return;
    const path: Path = ['features', index];
    if (feature.kind === 'numeric') checkNumeric(feature as Part<NumericBaselineFeature>, path, rows, report);
    else if (feature.kind === 'categorical') checkCategorical(feature as Part<CategoricalBaselineFeature>, path, rows, report);
    if (feature.name === undefined) return;
    const earlier = first.get(feature.name);
    if (earlier === undefined) first.set(feature.name, index);
    else report([...path, 'name'], `the feature ${quote(feature.name)} stands already at /features/${earlier}`);
  });
  if (output !== undefined) checkNumeric(output, ['output'], rows, report);
  checkEvaluation(baseline, report);
  checkReconstruction(baseline, report);
  checkGoldenRows(baseline, report);
  checkExplanations(baseline, report);
}

function checkProvenance(provenance: Part<Baseline['provenance']> | undefined, report: Report): void {
  const { rows, files } = provenance ?? {};
  if (rows === undefined) return;
  if (!Number.isSafeInteger(rows) || rows === 0) report(['provenance', 'rows'], `a whole number of rows above 0 is needed, got ${rows}`);
  if (files === undefined || files.length === 0 || files.some((file) => file?.rows === undefined)) return;
  const sum = total(files.map((file) => file?.rows));
  if (sum !== rows) report(['provenance', 'rows'], `the files hold ${sum} rows together, got ${rows}`);
}

function checkNumeric(feature: Part<NumericBaselineFeature>, path: Path, rows: number | undefined, report: Report): void {
  const { edges, counts, moments } = feature;
  edges?.forEach((edge, index) => {
    const before = index === 0 ? undefined : edges[index - 1];
    if (edge !== undefined && before !== undefined && edge <= before) {
      report([...path, 'edges', index], `edges ascend and differ, got ${edge} after ${before}`);
    }
  });
  if (edges !== undefined && counts !== undefined && counts.length !== edges.length + 1) {
    report([...path, 'counts'], `${edges.length} edges make ${edges.length + 1} bins, got ${counts.length} counts`);
  }
  checkCounts(feature, path, rows, report);
  if (moments !== undefined) checkMoments(feature, path, report);
}

function checkMoments({ moments, counts, edges, private: isPrivate }: Part<NumericBaselineFeature>, path: Path, report: Report): void {
  const { count, mean, m2, min, max } = moments ?? {};
  const at: Path = [...path, 'moments'];
  const sum = counts === undefined || counts.includes(undefined) ? undefined : total(counts);
  if (count !== undefined && sum !== undefined && !isNear(count, sum)) report([...at, 'count'], `the counts sum to ${sum}, got ${count}`);
  if (count === 0) return;
  for (const key of ['min', 'max'] as const) {
    if (isPrivate === true && typeof moments?.[key] === 'number')
      report([...at, key], 'of a private feature null stands here: the number is a value');
  }
  for (const [key, value] of Object.entries(isPrivate === true ? { mean } : { mean, min, max })) {
    if (value === null) report([...at, key], 'null is for a feature without values');
  }
  if (typeof min !== 'number' || typeof max !== 'number') return;
  if (min > max) report([...at, 'min'], `the least value ${min} is above the greatest ${max}`);
  else if (typeof mean === 'number' && !isWithin(mean, min, max)) report([...at, 'mean'], `the mean lies in ${min}..${max}, got ${mean}`);
  if (min === max && m2 !== undefined && m2 > COUNT_TOLERANCE_RATIO * Math.max(1, min * min)) {
    report([...at, 'm2'], `values that are all ${min} have no deviations, got ${m2}`);
  }
  const firstEdge = edges?.[0];
  const lastEdge = edges?.at(-1);
  if (firstEdge !== undefined && (counts?.[0] ?? 0) > 0 && min > firstEdge) {
    report([...at, 'min'], `the first bin holds values up to ${firstEdge}, but the least value is ${min}`);
  }
  if (lastEdge !== undefined && (counts?.at(-1) ?? 0) > 0 && max <= lastEdge) {
    report([...at, 'max'], `the last bin holds values above ${lastEdge}, but the greatest value is ${max}`);
  }
}

function checkCategorical(feature: Part<CategoricalBaselineFeature>, path: Path, rows: number | undefined, report: Report): void {
  const { categories, known, counts } = feature;
  const places = new Map<string, string>([
    [OTHER_BIN, 'a reserved name'],
    [UNSEEN_BIN, 'a reserved name'],
  ]);
  for (const key of ['categories', 'known'] as const) {
    feature[key]?.forEach((category, index) => {
      if (category === undefined) return;
      if (feature.private !== undefined && !VALUE_DIGEST.test(category))
        report([...path, key, index], 'the categories of a private feature are digests');
      const earlier = places.get(category);
      if (earlier === undefined) places.set(category, `already in ${key}`);
      else report([...path, key, index], `the category ${quote(category)} is ${earlier}`);
    });
  }
  if (categories !== undefined && counts !== undefined && counts.length !== categories.length + 2) {
    const bins = `${categories.length + 2} bins with ${OTHER_BIN} and ${UNSEEN_BIN}`;
    report([...path, 'counts'], `${categories.length} categories make ${bins}, got ${counts.length} counts`);
  } else if (counts !== undefined) {
    const [other, unseen] = counts.slice(-2);
    if (unseen !== undefined && unseen !== 0) {
      report([...path, 'counts', counts.length - 1], `nothing in the reference is unseen by it, got ${unseen}`);
    }
    if (other !== undefined && other > 0 && known?.length === 0) {
      report([...path, 'counts', counts.length - 2], `${OTHER_BIN} holds what is known, and known is empty, got ${other}`);
    }
  }
  checkCounts(feature, path, rows, report);
}

function checkCounts(
  { counts, missing }: Part<NumericBaselineFeature> | Part<CategoricalBaselineFeature>,
  path: Path,
  rows: number | undefined,
  report: Report,
): void {
  if (counts === undefined || counts.includes(undefined)) return;
  const sum = total(counts);
  if (sum === 0) report([...path, 'counts'], 'the reference has no values: the sum of the counts is 0');
  else if (missing !== undefined && rows !== undefined && !isNear(sum + missing, rows)) {
    report([...path, 'counts'], `counts and missing add up to the ${rows} rows of the reference, got ${sum} + ${missing}`);
  }
}

export const total = (values: readonly (number | undefined)[]): number => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** Counts whose sum passes the greatest double are near nothing. */
export function isNear(a: number, b: number): boolean {
  const apart = Math.abs(a - b);
  return apart < Infinity && apart <= COUNT_TOLERANCE_RATIO * Math.max(1, Math.abs(a), Math.abs(b));
}

/** A mean of rounded sums may leave the range by a rounding error. */
function isWithin(value: number, min: number, max: number): boolean {
  const slack = COUNT_TOLERANCE_RATIO * Math.max(Math.abs(min), Math.abs(max));
  return value >= min - slack && value <= max + slack;
}
