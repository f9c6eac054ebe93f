import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Mean squared distance of a probability from what came true: (1/n) sum of (p - t)^2.
 *
 * Use it for: probabilities, calibration and sharpness in one bounded, proper score. Not for: comparing models over different shares of
 * positives; always predicting a share r scores r (1 - r).
 * Range 0..1: 0 where everything was certain and right, 0.25 for always 0.5. Undefined where estimates are not all probabilities of 0 or 1.
 * Cost: constant.
 */
export const brier: QualityMetric<'errors'> = {
  name: 'brier',
  reads: 'errors',
  scale: { unit: 'one', min: 0, max: 1, worse: 'higher' },
  countMin: PREDICTIONS_MIN,
  source: 'Brier, "Verification of forecasts expressed in terms of probability", 1950, eq. 2, halved as is usual for two classes',
  measure({ squared, probabilities, count: total }) {
    const count = probabilities === total ? probabilities : 0;
    return readingOf(Math.min(1, squared / count), { count, total, countMin: brier.countMin });
  },
};
