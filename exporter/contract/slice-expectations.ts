import {
  accuracy,
  auc,
  bias,
  expectedCalibrationError,
  f1,
  groupFairness,
  mae,
  precision,
  rankSlices,
  recall,
  rmse,
  sliceAccuracy,
  sliceErrorRatio,
  sliceRecall,
  type IntervalReading,
  type Reading,
} from '@modelwatch/core';
import type { JoinedCounts } from '../store/joined-counts.js';

const SIGNIFICANCE = 0.001;

/* What the core says of the values of a slice, by the recorded series that must say the same. */

export type Expected = readonly (readonly [series: string, value: number])[];

/** Whose slice it is, and over which window. */
export interface RecordedSlice {
  readonly labels: string;
  readonly window: string;
}

/** The recorded series of a value of the slice. */
export const sliceSeries =
  ({ labels, window }: RecordedSlice) =>
  (name: string, value: string, label?: readonly [name: string, value: string]): string => {
    const level = `model_version_role_slice_slice_value${label === undefined ? '' : `_${label[0]}`}`;
    return `${level}:modelwatch_slice_${name}:${window}{${labels},slice_value="${value}"${label === undefined ? '' : `,${label[0]}="${label[1]}"`}}`;
  };

/** Of a measured reading its value and bounds. */
function bounds(reading: IntervalReading, name: (bound: string) => string): Expected {
  if (reading.kind !== 'measured') return [];
  return [
    [name(''), reading.value],
    [name('_lower'), reading.lower],
    [name('_upper'), reading.upper],
  ];
}

export function sliceQualities(whole: ReadonlyMap<string, JoinedCounts>, recorded: RecordedSlice): Expected {
  const of = sliceSeries(recorded);
  return [...whole].flatMap(([value, { confusion, scores, calibration, errors }]) => {
    const measured = (name: string, reading: Reading) => (reading.kind === 'measured' ? [[of(name, value), reading.value] as const] : []);
    return [
      [of('classifications', value), confusion.count] as const,
      [of('outputs_compared', value), errors.count] as const,
      ...measured('accuracy_ratio', accuracy.measure(confusion)),
      ...measured('precision_ratio', precision.measure(confusion)),
      ...measured('recall_ratio', recall.measure(confusion)),
      ...measured('f1_ratio', f1.measure(confusion)),
      ...measured('auc_ratio', auc.measure(scores)),
      ...measured('calibration_error_ratio', expectedCalibrationError.measure(calibration)),
      ...measured('mean_absolute_error', mae.measure(errors)),
      ...measured('root_mean_squared_error', rmse.measure(errors)),
      ...measured('bias', bias.measure(errors)),
    ];
  });
}

export function sliceGaps(whole: ReadonlyMap<string, JoinedCounts>, recorded: RecordedSlice): Expected {
  const of = sliceSeries(recorded);
  const confusions = new Map([...whole].map(([value, { confusion }]) => [value, confusion]));
  const errors = new Map([...whole].map(([value, counts]) => [value, counts.errors]));
  const shares = ([sliceAccuracy, sliceRecall] as const).flatMap((metric) =>
    rankSlices(metric, confusions, 1 - SIGNIFICANCE).flatMap(({ value, count, gap }) => [
      [of('cases', value, ['quality', metric.name]), count] as const,
      ...bounds(gap, (bound) => of(`gap${bound}`, value, ['quality', metric.name])),
    ]),
  );
  const ratios = rankSlices(sliceErrorRatio, errors, 1 - SIGNIFICANCE).flatMap(({ value, gap }) =>
    bounds(gap, (bound) => of(`error_gap${bound}`, value)),
  );
  return [...shares, ...ratios];
}

export function sliceFairness(whole: ReadonlyMap<string, JoinedCounts>, reference: string, recorded: RecordedSlice): Expected {
  const of = sliceSeries(recorded);
  const groups = new Map([...whole].map(([value, { confusion }]) => [value, confusion]));
  const found = groupFairness(groups, { reference, confidence: 1 - SIGNIFICANCE });
  return found.flatMap(({ group, positiveRate, recall: recalled, positiveRateDifference, recallDifference, disparateImpact }) => [
    [of('group_cases', group, ['rate', 'positive_rate']), positiveRateDifference.count] as const,
    ...bounds(positiveRate, (bound) => of(`group_rate${bound}`, group, ['rate', 'positive_rate'])),
    ...bounds(recalled, (bound) => of(`group_rate${bound}`, group, ['rate', 'recall'])),
    ...bounds(positiveRateDifference.reading, (bound) => of(`rate_difference${bound}`, group, ['rate', 'positive_rate'])),
    ...bounds(recallDifference.reading, (bound) => of(`rate_difference${bound}`, group, ['rate', 'recall'])),
    ...bounds(disparateImpact.reading, (bound) => of(`disparate_impact_ratio${bound}`, group)),
  ]);
}
