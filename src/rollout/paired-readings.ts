import { confidenceStandardErrors, type IntervalReading } from '../math/index.js';
import type { Agreement } from './agreement.js';
import { INSUFFICIENT_DATA, meanReading, PAIRS_MIN, shareReading, UNDEFINED } from './intervals.js';
import type { LatencyPairs } from './latency-pairs.js';
import type { PairedQuality } from './paired-quality.js';

/**
 * Difference in accuracy, challenger less champion, of the same predictions: (c - b) / n, c and b the pairs in which the challenger, or the champion,
 * alone was right. Of estimates accuracy is the share within the tolerance.
 *
 * Interval: that of Bonett and Price, the Wald interval of paired proportions with one pair added to each of b and c. With c' = (c + 1) / (n + 2), b'
 * alike and d' = c' - b', it is d' +- z sqrt((c' + b' - d'^2) / (n + 2)), kept within -1..1. It needs sums and a root, so a recording rule can compute it.
 * With 100 pairs and more a 0.95 interval covers with a chance of at least 0.935, whatever the versions; Wald's and Newcombe's do not, see
 * the page. It is moved towards 0 by 2 / (n + 2) of the difference, and from a confidence of 0.7 on still holds it.
 *
 * Range -1..1: 0 where both are right equally often. Undetermined below 100 pairs. Cost: constant.
 * Source: Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data", 2012, eq. 6;
 * compared in Fagerland, Lydersen, Laake, "Recommended tests and confidence intervals for paired binomial proportions", 2014.
 */
export function accuracyDifference({ outcomes, count }: PairedQuality, confidence = 0.95): IntervalReading {
  if (count < PAIRS_MIN) return INSUFFICIENT_DATA;
  const [championOnly, challengerOnly] = [outcomes[1]!, outcomes[2]!];
  const total = count + 2;
  const middle = (challengerOnly - championOnly) / total;
  const half = confidenceStandardErrors(confidence) * Math.sqrt(((championOnly + challengerOnly + 2) / total - middle ** 2) / total);
  const value = (challengerOnly - championOnly) / count;
  return { kind: 'measured', value, lower: Math.max(-1, middle - half), upper: Math.min(1, middle + half) };
}

/**
 * Difference of mean loss, challenger less champion, of the same predictions: of Brier scores, or of mean squared errors. Normal interval of the
 * mean of paired differences.
 *
 * In the square of the unit of the prediction. Above 0 the challenger is worse. Undetermined below 100 pairs; undefined where not every output of a
 * classification was a probability. Cost: constant.
 * Source: Diebold and Mariano, "Comparing predictive accuracy", 1995, eq. 1.4 without autocorrelation.
 */
export function lossDifference({ losses, moreLoss, lessLoss, squared, count }: PairedQuality, confidence = 0.95): IntervalReading {
  if (losses < count && count >= PAIRS_MIN) return UNDEFINED;
  return meanReading({ sum: moreLoss - lessLoss, squared, count: losses }, confidence);
}

/** Share of the compared pairs that disagree, with Wilson's interval. Range 0..1. Undetermined below 100 pairs. */
export function disagreementRatio({ disagreed, count }: Agreement, confidence = 0.95): IntervalReading {
  return shareReading(disagreed, count, confidence);
}

/** Mean output of the challenger less that of the champion, with a normal interval, in the unit of the output. Undetermined below 100 pairs. */
export function outputDifference({ differences }: Agreement, confidence = 0.95): IntervalReading {
  return meanReading(differences, confidence);
}

/**
 * Of the predictions to which the champion gave an output, the share to which the challenger gave none, with Wilson's interval. Range 0..1.
 * Undetermined below 100 such predictions.
 */
export function missingOutputRatio({ challengerMissing, count }: Agreement, confidence = 0.95): IntervalReading {
  return shareReading(challengerMissing, count + challengerMissing, confidence);
}

/** A mean below it is no time that was measured, and its square could not be divided by. */
const MEAN_SECONDS_MIN = 1e-12;

/**
 * Mean latency of the challenger divided by that of the champion, for the same predictions.
 *
 * Interval: normal for the logarithm of the ratio, exp(ln(y/x) +- z s / sqrt(n)), s the standard deviation (n - 1) of y_i/y - x_i/x, x and y the means. Pairing
 * takes out what slows both. Means, not quantiles: sums over sums are what any number of replicas can add up; a tail that grows shows in the
 * histogram of differences.
 *
 * Range above 0: 1 is as fast as the champion. Undetermined below 100 pairs; undefined where either version took less than 1e-12 s on average,
 * which is to say no time. Cost: constant.
 * Source: Oehlert, "A note on the delta method", 1992.
 */
export function latencyRatio(latency: LatencyPairs, confidence = 0.95): IntervalReading {
  const { count, champion, challenger, championSquared, challengerSquared, differences } = latency;
  if (count < PAIRS_MIN) return INSUFFICIENT_DATA;
  const [x, y] = [champion / count, challenger / count];
  if (x < MEAN_SECONDS_MIN || y < MEAN_SECONDS_MIN) return UNDEFINED;
  const value = challenger / champion;
  const products = (championSquared + challengerSquared - differences.squared) / 2;
  const variance = challengerSquared / count / y ** 2 + championSquared / count / x ** 2 - (2 * products) / count / (x * y);
  const half = confidenceStandardErrors(confidence) * Math.sqrt(Math.max(0, variance) / (count - 1));
  return { kind: 'measured', value, lower: value * Math.exp(-half), upper: value * Math.exp(half) };
}

/** Mean latency of the challenger less that of the champion in seconds, with a normal interval. Undetermined below 100 pairs. */
export function latencyDifference({ differences }: LatencyPairs, confidence = 0.95): IntervalReading {
  return meanReading(differences, confidence);
}
