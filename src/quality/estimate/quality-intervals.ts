import { confidenceStandardErrors, wilsonInterval, type Interval, type IntervalReading } from '../../math/index.js';
import type { SketchByKind } from '../../sketches/index.js';
import { accuracy } from '../accuracy.js';
import { auc } from '../auc.js';
import { bias } from '../bias.js';
import { f1 } from '../f1.js';
import { mae } from '../mae.js';
import { precision } from '../precision.js';
import type { QualityKind, QualityMetric } from '../quality-metric.js';
import { recall } from '../recall.js';
import { aucVariance } from './auc-variance.js';

/** A quality metric that knows how far chance alone may have moved it. */
export interface QualityInterval<K extends QualityKind = QualityKind> {
  /** As of the metric. */
  readonly name: string;
  readonly reads: K;
  readonly source: string;
  /** The metric's own reading, with the bounds within which the quality lies with this confidence. */
  measure(sketch: SketchByKind[K], confidence: number): IntervalReading;
}

/** An interval of any kind: `reads` tells which sketch its `measure` takes. */
export type AnyQualityInterval = { readonly [K in QualityKind]: QualityInterval<K> }[QualityKind];

const WILSON = 'Wilson, "Probable inference, the law of succession, and statistical inference", 1927';

function intervalOf<K extends QualityKind>(
  metric: QualityMetric<K>,
  source: string,
  boundsOf: (value: number, sketch: SketchByKind[K], confidence: number) => Interval,
): QualityInterval<K> {
  return {
    name: metric.name,
    reads: metric.reads,
    source,
    measure(sketch, confidence) {
      const reading = metric.measure(sketch);
      return reading.kind === 'undetermined' ? reading : { kind: 'measured', ...boundsOf(reading.value, sketch, confidence) };
    },
  };
}

/**
 * F1 = 2 J / (1 + J) for the share J of right ones among the predictions that are positive, predicted or true. It rises with J, so Wilson's bounds
 * of J are carried over.
 */
function f1Bounds(value: number, { truePositive, falsePositive, falseNegative }: SketchByKind['confusion'], confidence: number): Interval {
  const bounds = wilsonInterval(value / (2 - value), truePositive + falsePositive + falseNegative, confidence);
  const carried = (share: number) => (2 * share) / (1 + share);
  return { value, lower: Math.min(value, carried(bounds.lower)), upper: Math.max(value, carried(bounds.upper)) };
}

/**
 * Wilson's interval with the count of a share that has the AUC's variance, DeLong's, and half a case of that count on either side: the variance is
 * itself estimated, from few pairs where the AUC is near 1. That variance is at most AUC (1 - AUC) / min(P, N), whatever the scores (Birnbaum and
 * Klose, 1957), so the count is at least that of the rarer class; it is just that where no pair is out of order.
 */
function aucBounds(value: number, scores: SketchByKind['scores'], confidence: number): Interval {
  const sum = (counts: Float64Array) => counts.reduce((total, inBin) => total + inBin, 0);
  const rarer = Math.min(sum(scores.positive), sum(scores.negative));
  const variance = aucVariance(scores);
  const count = variance > 0 ? Math.max(rarer, (value * (1 - value)) / variance) : rarer;
  const { lower, upper } = wilsonInterval(value, count, confidence);
  return { value, lower: Math.max(0, lower - 0.5 / count), upper: Math.min(1, upper + 0.5 / count) };
}

/** The usual interval of a mean: mean +- z s / sqrt(n). */
function meanBounds(value: number, { squared, count }: SketchByKind['errors'], confidence: number): Interval {
  const half = confidenceStandardErrors(confidence) * Math.sqrt(Math.max(0, squared / count - value ** 2) / (count - 1));
  return { value, lower: value - half, upper: value + half };
}

const NORMAL = 'Student, "The probable error of a mean", 1908, with the normal quantile';

/**
 * The metrics that have an interval from the sketch that they read. RMSE, log loss, Brier score and calibration error have none: their variance
 * needs sums that no sketch keeps.
 *
 * Accuracy, precision, recall: Wilson's interval of a share. F1: Wilson's, carried over. AUC: Wilson's with the count that
 * DeLong's variance of the AUC from bins comes to. MAE and bias: the mean and its standard error, so they need errors of finite variance. Predictions are taken as independent.
 * Undetermined where the metric is. Cost: constant, or one pass over the bins.
 */
export const QUALITY_INTERVALS: readonly AnyQualityInterval[] = [
  intervalOf(accuracy, WILSON, (value, { count }, confidence) => wilsonInterval(value, count, confidence)),
  intervalOf(precision, WILSON, (value, { truePositive, falsePositive }, confidence) =>
    wilsonInterval(value, truePositive + falsePositive, confidence),
  ),
  intervalOf(recall, WILSON, (value, { truePositive, falseNegative }, confidence) =>
    wilsonInterval(value, truePositive + falseNegative, confidence),
  ),
  intervalOf(f1, 'Lam, "Confidence intervals for the F1 score: a comparison of four methods", 2023, Wilson indirect', f1Bounds),
  intervalOf(auc, 'DeLong, DeLong and Clarke-Pearson, 1988; Birnbaum and Klose, 1957; Wilson, 1927', aucBounds),
  intervalOf(mae, NORMAL, meanBounds),
  intervalOf(bias, NORMAL, meanBounds),
];
