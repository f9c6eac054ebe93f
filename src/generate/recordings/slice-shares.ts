import { confidenceStandardErrors } from '../../math/index.js';
import { SLICE_COUNT_MIN } from '../../slices/index.js';
import { indent, MODEL_LABELS, wilsonBound } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';
import type { Select } from '../selector.js';

/** All values of a slice together, and one of them. */
export const SLICE_LABELS = `${MODEL_LABELS}, slice`;
export const VALUE_LABELS = `${SLICE_LABELS}, slice_value`;
/** Values of their own: `__other__` is no slice, but part of the whole. */
export const OWN_VALUES = 'slice_value!="__other__"';

/** What the rules of slices are written for. */
export interface SliceSeries {
  readonly window: string;
  readonly select: Select;
  readonly confidence: number;
}

export const ofValue = (metric: string, window: string): string =>
  `model_version_role_slice_slice_value:modelwatch_slice_${metric}:${window}`;
export const ofValueBy = (label: string, metric: string, window: string): string =>
  `model_version_role_slice_slice_value_${label}:modelwatch_slice_${metric}:${window}`;

/** A share of cases with Wilson's bounds, absent below 100 cases: recorded as `name`, `name_lower` and `name_upper`. */
export function shareRules(
  { select, confidence }: SliceSeries,
  { hits, cases, name }: { readonly hits: string; readonly cases: string; readonly name: (bound: '' | '_lower' | '_upper') => string },
): RecordingRule[] {
  const z = confidenceStandardErrors(confidence);
  const [share, count] = [select(name('')), select(cases)];
  return [
    { record: name(''), expr: `${select(hits)}\n/\n(${count} >= ${SLICE_COUNT_MIN})` },
    { record: name('_lower'), expr: `clamp_min(\n${indent(wilsonBound(share, count, z, '-'))},\n  0\n)` },
    { record: name('_upper'), expr: `clamp_max(\n${indent(wilsonBound(share, count, z, '+'))},\n  1\n)` },
  ];
}

/** Distance of a difference from its bound: the distances of both sides from theirs, squared and added. */
export const reach = (a: readonly [string, string], b: readonly [string, string], on = ''): string =>
  `sqrt(\n  (${a[0]} - ${a[1]}) ^ 2\n  +${on} (${b[0]} - ${b[1]}) ^ 2\n)`;
