import {
  accuracy,
  auc,
  bias,
  expectedCalibrationError,
  f1,
  groupFairness,
  mae,
  OTHER_BIN,
  precision,
  rankSlices,
  recall,
  rmse,
  sliceAccuracy,
  sliceErrorRatio,
  sliceRecall,
  type ApiSlice,
  type ApiSliceCounts,
  type ModelConfig,
  type RankedSlice,
  type Reading,
} from '@modelwatch/core';
import { joinedCount, type JoinedCounts } from '../store/joined-counts.js';
import type { QualityTally } from '../store/index.js';
import { allOfSlice } from '../store/worst-slices.js';

/** By what slices are ranked. */
export const RANKINGS = ['accuracy', 'recall', 'absolute-error'] as const;
export type Ranking = (typeof RANKINGS)[number];

export interface SlicePage {
  readonly by: Ranking;
  readonly offset: number;
  readonly limit: number;
  /** Of every interval. */
  readonly confidence: number;
}

type SliceConfig = ModelConfig['slices'][number];
type Kind = 'probability' | 'regression';

/**
 * What is kept of one slice: values by how much worse than the whole they are for certain, one page of them, each with counts and readings; what is beyond
 * the values that are kept; and the comparison of groups where it is configured. Counts are of all time, as the store has them.
 */
export function sliceReport({ name, fairness }: SliceConfig, kind: Kind, quality: QualityTally | undefined, page: SlicePage): ApiSlice {
  const all = quality === undefined ? new Map<string, JoinedCounts>() : allOfSlice(quality, name);
  const shown = quality?.slices.get(name);
  const ranked = rank(all, page);
  const other = all.get(OTHER_BIN);
  const end = page.offset + page.limit;
  return {
    slice: name,
    by: page.by,
    values: ranked.length,
    ...(end < ranked.length ? { next: end } : {}),
    worst: ranked.slice(page.offset, end).map(({ value, count, quality: own, gap }, i) => ({
      value,
      rank: page.offset + i + 1,
      hasSeries: shown?.has(value) === true,
      cases: count,
      quality: own,
      gap,
      ...countsAndReadings(all.get(value)!, kind),
    })),
    other: other === undefined ? null : countsAndReadings(other, kind),
    ...(fairness === undefined ? {} : { fairness: fairnessOf(all, fairness.reference, page.confidence) }),
  };
}

function rank(all: ReadonlyMap<string, JoinedCounts>, { by, confidence }: SlicePage): RankedSlice[] {
  if (by === 'absolute-error') {
    return rankSlices(sliceErrorRatio, new Map([...all].map(([value, { errors }]) => [value, errors])), confidence);
  }
  return rankSlices(by === 'recall' ? sliceRecall : sliceAccuracy, confusionsOf(all), confidence);
}

const confusionsOf = (all: ReadonlyMap<string, JoinedCounts>) => new Map([...all].map(([value, { confusion }]) => [value, confusion]));

/** Groups against the one that is named, or the largest. */
function fairnessOf(
  all: ReadonlyMap<string, JoinedCounts>,
  named: string | undefined,
  confidence: number,
): NonNullable<ApiSlice['fairness']> {
  const groups = confusionsOf(all);
  const own = [...groups].filter(([value]) => value !== OTHER_BIN);
  const [largest] = own.sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1))[0] ?? [];
  const reference = named ?? largest;
  return { reference: reference ?? null, groups: reference === undefined ? [] : groupFairness(groups, { reference, confidence }) };
}

function countsAndReadings(counts: JoinedCounts, kind: Kind): ApiSliceCounts {
  const { confusion, scores, calibration, errors } = counts;
  const ofErrors = { meanAbsoluteError: mae.measure(errors), rootMeanSquaredError: rmse.measure(errors), bias: bias.measure(errors) };
  const tally = { joined: joinedCount(counts), outputMissing: errors.missing };
  if (kind === 'regression') return { counts: tally, readings: ofErrors };
  const readings: Readonly<Record<string, Reading>> = {
    accuracy: accuracy.measure(confusion),
    precision: precision.measure(confusion),
    recall: recall.measure(confusion),
    f1: f1.measure(confusion),
    auc: auc.measure(scores),
    calibrationError: expectedCalibrationError.measure(calibration),
    ...ofErrors,
  };
  return { counts: { ...tally, ...confusion.toJSON() }, readings };
}
