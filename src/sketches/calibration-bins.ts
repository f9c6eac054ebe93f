import { CALIBRATION_BINS } from '../contracts/metrics.js';
import type { ScoredTruth, Sketch } from '../contracts/sketch.js';
import { addTo, fillFrom, unitBins, type UnitBins } from './unit-bins.js';
import { assertWeight, assertWeights } from './weight.js';

export interface CalibrationBinsJSON {
  readonly counts: readonly number[];
  readonly scores: readonly number[];
  readonly positives: readonly number[];
  readonly missing: number;
}

/**
 * Per bin of equal width over 0..1: how many scores, their sum, and how many came true. What expected calibration error and reliability
 * diagrams read. Bin i holds i/bins < score <= (i+1)/bins, the first holds 0 too: as scikit-learn's `calibration_curve` and the bins of
 * Guo et al. have it, the latter leaving 0 out. A score that is NaN or outside 0..1 counts as missing.
 *
 * Merging adds: exactly for counts that are whole numbers below 2^53, to rounding for the sums of scores.
 *
 * Source: Guo et al., "On calibration of modern neural networks", 2017, section 2.
 */
export class CalibrationBins implements Sketch<ScoredTruth, CalibrationBins> {
  /** Scores by bin; read-only for callers, as the other two. */
  readonly counts: Float64Array;
  /** Sum of the scores by bin. */
  readonly scores: Float64Array;
  /** Count of ground truth 1 by bin. */
  readonly positives: Float64Array;
  count = 0;
  missing = 0;
  readonly #bins: UnitBins;

  constructor(bins: number = CALIBRATION_BINS) {
    this.#bins = unitBins(bins);
    this.counts = new Float64Array(bins);
    this.scores = new Float64Array(bins);
    this.positives = new Float64Array(bins);
  }

  static fromJSON({ counts, scores, positives, missing }: CalibrationBinsJSON): CalibrationBins {
    const bins = new CalibrationBins(counts.length);
    fillFrom('calibration bins', [
      { into: bins.counts, from: counts },
      { into: bins.scores, from: scores },
      { into: bins.positives, from: positives },
    ]);
    assertWeights('calibration bins', [missing]);
    bins.missing = missing;
    for (const inBin of counts) bins.count += inBin;
    return bins;
  }

  update({ score, truth }: ScoredTruth, weight = 1): void {
    assertWeight(weight);
    const bin = this.#bins.indexOf(score);
    if (bin < 0) {
      this.missing += weight;
      return;
    }
    this.counts[bin]! += weight;
    this.scores[bin]! += weight * score;
    this.positives[bin]! += weight * truth;
    this.count += weight;
  }

  merge(other: CalibrationBins): void {
    if (this.#bins.count !== other.#bins.count) {
      throw new RangeError(`calibration bins need equal bins, got ${this.#bins.count} and ${other.#bins.count}`);
    }
    addTo(this.counts, other.counts);
    addTo(this.scores, other.scores);
    addTo(this.positives, other.positives);
    this.count += other.count;
    this.missing += other.missing;
  }

  clone(): CalibrationBins {
    return CalibrationBins.fromJSON(this.toJSON());
  }

  toJSON(): CalibrationBinsJSON {
    return { counts: [...this.counts], scores: [...this.scores], positives: [...this.positives], missing: this.missing };
  }
}
