import type { Sketch } from '../../contracts/sketch.js';
import { Confusion, ScoreBins, type ConfusionJSON, type ScoreBinsJSON } from '../../sketches/index.js';

/** A prediction before its ground truth is known. */
export interface ExpectedTruth {
  /** As the model gave it, in 0..1: what predictions are ranked by. */
  readonly score: number;
  /** The score has met its threshold already. */
  readonly predicted: 0 | 1;
  /** The chance that it comes true: the calibrated score. */
  readonly probability: number;
}

export interface ExpectedQualityJSON {
  readonly confusion: ConfusionJSON;
  readonly scores: ScoreBinsJSON;
  readonly missing: number;
}

/** Probabilities are rounded to a multiple of it, so that sums of them are exact. */
const PROBABILITY_STEP = 2 ** -32;

/**
 * The outcomes and the score bins that predictions are expected to have once ground truth comes: each counts as true with its probability, and as
 * not true with the rest. Four running sums, and two for each score bin, each of which only grows; what confidence-based performance
 * estimation reads.
 *
 * Formula: with calibrated scores p_i, TP = sum of p_i and FP = sum of 1 - p_i where the prediction is positive; FN = sum of p_i and TN = sum of
 * 1 - p_i where it is negative.
 *
 * A score or a probability that is NaN or outside 0..1 counts as missing.
 * Error: a probability is rounded by at most 2^-33, 1.2e-10. So sums, and merging, are exact up to 2,000,000 predictions, and to rounding beyond.
 */
export class ExpectedQuality implements Sketch<ExpectedTruth, ExpectedQuality> {
  /** Expected counts; read-only for callers, as the bins. */
  readonly confusion: Confusion;
  readonly scores: ScoreBins;
  missing = 0;

  constructor(bins?: number) {
    this.confusion = new Confusion();
    this.scores = new ScoreBins(bins);
  }

  static fromJSON({ confusion, scores, missing }: ExpectedQualityJSON): ExpectedQuality {
    const expected = new ExpectedQuality(scores.positive.length);
    expected.confusion.merge(Confusion.fromJSON(confusion));
    expected.scores.merge(ScoreBins.fromJSON(scores));
    if (!(missing >= 0 && missing < Infinity)) {
      throw new RangeError(`expected quality needs counts that are finite and at least 0, got ${String(missing)}`);
    }
    expected.missing = missing;
    return expected;
  }

  get count(): number {
    return this.confusion.count;
  }

  update({ score, predicted, probability }: ExpectedTruth, weight = 1): void {
    if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`a weight is finite and at least 0, got ${weight}`);
    if (!(score >= 0 && score <= 1 && probability >= 0 && probability <= 1)) {
      this.missing += weight;
      return;
    }
    const positive = Math.round(probability / PROBABILITY_STEP) * PROBABILITY_STEP;
    this.confusion.update({ predicted, truth: 1 }, weight * positive);
    this.confusion.update({ predicted, truth: 0 }, weight * (1 - positive));
    this.scores.update({ score, truth: 1 }, weight * positive);
    this.scores.update({ score, truth: 0 }, weight * (1 - positive));
  }

  /** Counts the first `rows` scores of a column: positive from the threshold on, each with the probability that the calibration gives it. */
  updateScores(
    scores: ArrayLike<number>,
    rows: number,
    { threshold, probabilityOf }: { readonly threshold: number; readonly probabilityOf: (score: number) => number },
  ): void {
    for (let row = 0; row < rows; row++) {
      const score = scores[row] ?? NaN;
      this.update({ score, predicted: score >= threshold ? 1 : 0, probability: probabilityOf(score) });
    }
  }

  merge(other: ExpectedQuality): void {
    this.scores.merge(other.scores);
    this.confusion.merge(other.confusion);
    this.missing += other.missing;
  }

  clone(): ExpectedQuality {
    return ExpectedQuality.fromJSON(this.toJSON());
  }

  toJSON(): ExpectedQualityJSON {
    return { confusion: this.confusion.toJSON(), scores: this.scores.toJSON(), missing: this.missing };
  }
}
