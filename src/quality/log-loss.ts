import { LOG_LOSS_CLIP } from '../sketches/index.js';
import { PREDICTIONS_MIN, readingOf, type QualityMetric } from './quality-metric.js';

/**
 * Mean of -ln of the probability that was given to what came true: -(1/n) sum of t ln p + (1 - t) ln(1 - p).
 *
 * Use it for: probabilities, judged strictly; the proper score that a likelihood is trained on. Not for: scores that were never meant as
 * probabilities; nor where one confident mistake must not weigh as much as dozens of unsure ones (Brier's is bounded).
 * In nats. Range 0..36.04: 0 where everything was certain and right, ln 2 for always 0.5. Probabilities are kept 2.2e-16 from 0 and 1.
 * Undefined where estimates are not all probabilities of 0 or 1. Cost: constant.
 */
export const logLoss: QualityMetric<'errors'> = {
  name: 'log-loss',
  reads: 'errors',
  scale: { unit: 'nats', min: 0, max: -Math.log(LOG_LOSS_CLIP), worse: 'higher' },
  countMin: PREDICTIONS_MIN,
  source: 'Good, "Rational decisions", 1952; Bishop, "Pattern recognition and machine learning", 2006, eq. 4.90',
  measure({ logLoss: sum, probabilities, count: total }) {
    const count = probabilities === total ? probabilities : 0;
    // The mean of what is at most `max` may pass it by rounding.
    return readingOf(Math.min(logLoss.scale.max, sum / count), { count, total, countMin: logLoss.countMin });
  },
};
