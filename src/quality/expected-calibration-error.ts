import { readingOf, type QualityMetric } from './quality-metric.js';

/**
 * How far scores are from the shares that come true: by bin of the score, |mean score - share of positives|, weighted by the bin's count.
 *
 * Formula: sum over bins of |sum of scores - positives| / n; the bin's count cancels. The score is that of the positive class, as in
 * reliability diagrams, not that of the likelier one. Bins: ten of equal width, (i/10, (i+1)/10], the first holds 0 too.
 *
 * Use it for: scores that are used as probabilities. Not for: ranking; nor for comparing models over different counts, since chance alone
 * gives a calibrated model about sqrt(bins / (2 pi n)) at most: 0.04 for 1,000 predictions, which is why that is its least count.
 * Range 0..1, 0 where every bin's mean is right. Cost: one pass over the bins.
 */
export const expectedCalibrationError: QualityMetric<'calibration'> = {
  name: 'expected-calibration-error',
  reads: 'calibration',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: 1000,
  source: 'Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015; Guo et al. 2017, eq. 3',
  measure({ scores, positives, count }) {
    let apart = 0;
    for (let bin = 0; bin < scores.length; bin++) apart += Math.abs(scores[bin]! - positives[bin]!);
    return readingOf(Math.min(1, apart / count), { count, total: count, countMin: expectedCalibrationError.countMin });
  },
};
