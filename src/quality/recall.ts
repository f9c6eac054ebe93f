import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Share of positive ground truth that was predicted: TP / (TP + FN).
 *
 * Use it for: the price of a miss. Not for: false alarms, which it does not see (precision does).
 * Range 0..1. Undefined without positive ground truth. Cost: constant.
 */
export const recall: QualityMetric<'confusion'> = {
  name: 'recall',
  reads: 'confusion',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'lower' },
  countMin: PREDICTIONS_MIN,
  source: 'van Rijsbergen, "Information retrieval", 2nd edition, 1979, chapter 7',
  measure({ truePositive, falseNegative, count: total }) {
    const count = truePositive + falseNegative;
    return readingOf(truePositive / count, { count, total, countMin: recall.countMin });
  },
};
