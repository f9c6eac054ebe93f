import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Share of positive predictions that came true: TP / (TP + FP).
 *
 * Use it for: the price of a false alarm. Not for: missed positives, which it does not see (recall does).
 * Range 0..1. Undefined without a positive prediction. Cost: constant.
 */
export const precision: QualityMetric<'confusion'> = {
  name: 'precision',
  reads: 'confusion',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'lower' },
  countMin: PREDICTIONS_MIN,
  source: 'van Rijsbergen, "Information retrieval", 2nd edition, 1979, chapter 7',
  measure({ truePositive, falsePositive, count: total }) {
    const count = truePositive + falsePositive;
    return readingOf(truePositive / count, { count, total, countMin: precision.countMin });
  },
};
