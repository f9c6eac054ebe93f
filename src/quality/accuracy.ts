import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Share of predictions that were right: (TP + TN) / n.
 *
 * Use it for: classes of like frequency and cost. Not for: rare positives, where a model that never predicts one scores high.
 * Range 0..1, 1 where every prediction was right. Cost: constant.
 */
export const accuracy: QualityMetric<'confusion'> = {
  name: 'accuracy',
  reads: 'confusion',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'lower' },
  countMin: PREDICTIONS_MIN,
  source: 'Fawcett, "An introduction to ROC analysis", 2006, figure 1',
  measure({ truePositive, trueNegative, count }) {
    return readingOf((truePositive + trueNegative) / count, { count, total: count, countMin: accuracy.countMin });
  },
};
