import { numericBinIndex } from '../../binning/index.js';
import type { Reading } from '../../contracts/reading.js';
import { isotonicRegression } from '../../math/index.js';
import type { ScoreCalibration } from './score-calibration.js';

/** From a score to the share of such scores that come true: straight between points, level beyond the first and the last. */
export interface Calibrator {
  /** Ascending. */
  readonly scores: readonly number[];
  /** In 0..1, never falling; as many as scores. */
  readonly shares: readonly number[];
}

/** A calibrator, or the reason why there is none. */
export type FittedCalibrator =
  { readonly kind: 'fitted'; readonly calibrator: Calibrator } | Extract<Reading, { readonly kind: 'undetermined' }>;

/** With so many predictions, a bin of a twentieth of them has a share with a standard error of at most 0.07; a bin in a tail has more. */
export const CALIBRATION_COUNT_MIN = 1000;

/**
 * Fits a calibrator: the isotonic regression of the share that came true on the mean score, bin by bin, weighted by count.
 *
 * Scores that are no probabilities, or no longer are, become such: what is left is only that a greater score is not less likely to come true.
 * `insufficient_data` below 1,000 predictions with ground truth; `undefined` where all came true, or none. Cost: linear in the bins.
 * Source: Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", 2002, section 3.
 */
export function fitCalibrator({ counts, scores, positives }: ScoreCalibration): FittedCalibrator {
  const points = pointsOf(counts, scores, positives);
  const count = points.reduce((sum, { weight }) => sum + weight, 0);
  const positive = points.reduce((sum, point) => sum + point.positive, 0);
  if (count < CALIBRATION_COUNT_MIN) return { kind: 'undetermined', reason: 'insufficient_data' };
  if (positive === 0 || positive >= count) return { kind: 'undetermined', reason: 'undefined' };
  const shares = isotonicRegression(
    points.map((point) => Math.min(1, point.positive / point.weight)),
    points.map(({ weight }) => weight),
  );
  // A point that lies level with both neighbours says nothing.
  const kept = points.map((_, i) => i).filter((i) => shares[i] !== shares[i - 1] || shares[i] !== shares[i + 1]);
  return { kind: 'fitted', calibrator: { scores: kept.map((i) => points[i]!.score), shares: kept.map((i) => shares[i]!) } };
}

interface Point {
  readonly score: number;
  readonly weight: number;
  readonly positive: number;
}

/** The bins that hold a score, by their mean score, which ascends but for rounding; bins of one mean are one point. */
function pointsOf(counts: Float64Array, scores: Float64Array, positives: Float64Array): Point[] {
  const points: Point[] = [];
  for (let bin = 0; bin < counts.length; bin++) {
    if (counts[bin] === 0) continue;
    const point = { score: Math.min(1, scores[bin]! / counts[bin]!), weight: counts[bin]!, positive: positives[bin]! };
    const last = points.at(-1);
    if (last === undefined || last.score < point.score) points.push(point);
    else points[points.length - 1] = { ...last, weight: last.weight + point.weight, positive: last.positive + point.positive };
  }
  return points;
}

/**
 * The function that a calibrator describes. NaN for a score that is NaN. Throws where the calibrator is none.
 *
 * Cost of a call: a binary search over the points.
 *
 * @example calibration({ scores: [0.2, 0.6], shares: [0.1, 0.9] })(0.3) // 0.3
 */
export function calibration({ scores, shares }: Calibrator): (score: number) => number {
  const ascending = scores.every((score, i) => Number.isFinite(score) && (i === 0 || score > scores[i - 1]!));
  const rising = shares.every((share, i) => share >= 0 && share <= 1 && (i === 0 || share >= shares[i - 1]!));
  if (!ascending || !rising || scores.length !== shares.length || scores.length === 0) {
    throw new RangeError(`a calibrator needs ascending scores and as many shares in 0..1 that never fall, got ${scores.length} scores`);
  }
  const [x, y] = [Float64Array.from(scores), Float64Array.from(shares)];
  const last = x.length - 1;
  return (score) => {
    if (score !== score) return NaN;
    if (score <= x[0]!) return y[0]!;
    if (score >= x[last]!) return y[last]!;
    const upper = numericBinIndex(x, score);
    const lower = upper - 1;
    return y[lower]! + ((score - x[lower]!) / (x[upper]! - x[lower]!)) * (y[upper]! - y[lower]!);
  };
}
