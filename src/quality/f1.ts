import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).
 *
 * Use it for: rare positives, where false alarms and misses cost alike. Not for: anything where right negatives count.
 * Range 0..1. Undefined where nothing is positive, neither predicted nor true. Cost: constant.
 */
export const f1: QualityMetric<'confusion'> = {
  name: 'f1',
  reads: 'confusion',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'lower' },
  countMin: PREDICTIONS_MIN,
  source: 'van Rijsbergen, "Information retrieval", 2nd edition, 1979, chapter 7, F = 1 - E with alpha = 1/2',
  measure({ truePositive, falsePositive, falseNegative, count: total }) {
    const count = truePositive + falsePositive + falseNegative;
    return readingOf((2 * truePositive) / (truePositive + count), { count, total, countMin: f1.countMin });
  },
};
