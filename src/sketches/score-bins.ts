import { SCORE_BINS } from '../contracts/metrics.js';
import type { ScoredTruth, Sketch } from '../contracts/sketch.js';
import { addTo, fillFrom, unitBins, type UnitBins } from './unit-bins.js';
import { assertWeight, assertWeights } from './weight.js';

export interface ScoreBinsJSON {
  readonly positive: readonly number[];
  readonly negative: readonly number[];
  readonly missing: number;
}

/**
 * Scores in 0..1 by ground truth, in bins of equal width: what AUC from bins reads. Bin i holds i/bins < score <= (i+1)/bins, the first holds
 * 0 too. A score that is NaN or outside 0..1 counts as missing. Merging adds counts, exactly while they are whole numbers below 2^53.
 */
export class ScoreBins implements Sketch<ScoredTruth, ScoreBins> {
  /** Counts by bin where ground truth is 1; read-only for callers. */
  readonly positive: Float64Array;
  /** Counts by bin where ground truth is 0; read-only for callers. */
  readonly negative: Float64Array;
  count = 0;
  missing = 0;
  readonly #bins: UnitBins;

  constructor(bins: number = SCORE_BINS) {
    this.#bins = unitBins(bins);
    this.positive = new Float64Array(bins);
    this.negative = new Float64Array(bins);
  }

  static fromJSON({ positive, negative, missing }: ScoreBinsJSON): ScoreBins {
    const scores = new ScoreBins(positive.length);
    fillFrom('score bins', [
      { into: scores.positive, from: positive },
      { into: scores.negative, from: negative },
    ]);
    assertWeights('score bins', [missing]);
    scores.missing = missing;
    for (const inBin of [...positive, ...negative]) scores.count += inBin;
    return scores;
  }

  update({ score, truth }: ScoredTruth, weight = 1): void {
    assertWeight(weight);
    const bin = this.#bins.indexOf(score);
    if (bin < 0) {
      this.missing += weight;
      return;
    }
    (truth === 1 ? this.positive : this.negative)[bin]! += weight;
    this.count += weight;
  }

  merge(other: ScoreBins): void {
    if (this.#bins.count !== other.#bins.count) {
      throw new RangeError(`score bins need equal bins, got ${this.#bins.count} and ${other.#bins.count}`);
    }
    addTo(this.positive, other.positive);
    addTo(this.negative, other.negative);
    this.count += other.count;
    this.missing += other.missing;
  }

  clone(): ScoreBins {
    return ScoreBins.fromJSON(this.toJSON());
  }

  toJSON(): ScoreBinsJSON {
    return { positive: [...this.positive], negative: [...this.negative], missing: this.missing };
  }
}
