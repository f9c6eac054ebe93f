import { numericBinIndex, quantileBinning } from '../../binning/index.js';
import type { ScoredTruth, Sketch } from '../../contracts/sketch.js';

/** Bins of about equally many scores, of which the outermost two are halved on. */
const BINS = 20;
/** Fewest scores in a bin that was halved. */
const SCORES_IN_TAIL_MIN = 25;
/** How often each of the outermost bins is halved at most. */
const HALVINGS_MAX = 8;
/** Most bins that `calibrationEdges` makes: 36. */
export const CALIBRATION_SCORE_BINS_MAX = BINS + 2 * HALVINGS_MAX;

/**
 * Edges of bins for a calibration, from the scores of the baseline: at 20 quantiles, and the first and the last of those bins halved on while
 * 25 scores remain in the outermost, at most eight times. Where there are at most 20 distinct scores, each has a bin of its own.
 *
 * The halves are for scores that drift into what was a tail. Scores that are NaN or outside 0..1 are left out. Throws where none is left.
 * Cost: a sort of the scores.
 *
 * @example calibrationEdges([0.1, 0.1, 0.4, 0.9]) // [0.1, 0.4]
 */
export function calibrationEdges(scores: ArrayLike<number>): number[] {
  const sorted = Float64Array.from(scores).filter(isScore).sort();
  if (sorted.length === 0) throw new RangeError('a calibration needs at least one score in 0..1, got none');
  const max = sorted[sorted.length - 1]!;
  const edges = new Set(quantileBinning(sorted, BINS).edges);
  for (let halving = 1; halving <= HALVINGS_MAX; halving++) {
    const inTail = sorted.length / (BINS * 2 ** halving);
    if (inTail < SCORES_IN_TAIL_MIN) break;
    edges.add(sorted[Math.ceil(inTail) - 1]!);
    edges.add(sorted[Math.ceil(sorted.length - inTail) - 1]!);
  }
  return [...edges].filter((edge) => edge < max).sort((a, b) => a - b);
}

export interface ScoreCalibrationJSON {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly scores: readonly number[];
  readonly positives: readonly number[];
  readonly missing: number;
}

/**
 * What a calibrator is fitted from: per bin of the score how many there were, their sum, and how many came true. Bin i holds
 * edges[i-1] < score <= edges[i]. A score that is NaN or outside 0..1 counts as missing.
 *
 * A baseline carries it, four numbers a bin; being a sketch, it can be counted over replicas, and ground truth that comes later can be added.
 * Merging adds: exactly for counts that are whole numbers below 2^53, to rounding for the sums of scores.
 */
export class ScoreCalibration implements Sketch<ScoredTruth, ScoreCalibration> {
  readonly edges: readonly number[];
  /** Scores by bin; read-only for callers, as the other two. */
  readonly counts: Float64Array;
  /** Sum of the scores by bin. */
  readonly scores: Float64Array;
  /** Count of ground truth 1 by bin. */
  readonly positives: Float64Array;
  missing = 0;
  readonly #edges: Float64Array;

  constructor(edges: readonly number[]) {
    if (edges.some((edge, i) => !isScore(edge) || edge <= (edges[i - 1] ?? -1))) {
      throw new RangeError(`a score calibration needs ascending edges in 0..1, got ${edges.join(', ')}`);
    }
    this.edges = edges;
    this.#edges = Float64Array.from(edges);
    const bins = edges.length + 1;
    [this.counts, this.scores, this.positives] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  }

  static fromJSON({ edges, counts, scores, positives, missing }: ScoreCalibrationJSON): ScoreCalibration {
    const calibration = new ScoreCalibration(edges);
    for (const [into, from] of [
      [calibration.counts, counts],
      [calibration.scores, scores],
      [calibration.positives, positives],
    ] as const) {
      if (from.length !== into.length)
        throw new RangeError(`a score calibration of ${into.length} bins needs as many sums, got ${from.length}`);
      into.set(from);
    }
    const wrong = [...counts, ...scores, ...positives, missing].find((sum) => !(sum >= 0 && sum < Infinity));
    if (wrong !== undefined) throw new RangeError(`a score calibration needs sums that are finite and at least 0, got ${String(wrong)}`);
    calibration.missing = missing;
    return calibration;
  }

  get count(): number {
    return this.counts.reduce((sum, inBin) => sum + inBin, 0);
  }

  update({ score, truth }: ScoredTruth, weight = 1): void {
    if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`a weight is finite and at least 0, got ${weight}`);
    if (!isScore(score)) {
      this.missing += weight;
      return;
    }
    const bin = numericBinIndex(this.#edges, score);
    this.counts[bin]! += weight;
    this.scores[bin]! += weight * score;
    this.positives[bin]! += weight * truth;
  }

  merge(other: ScoreCalibration): void {
    if (this.edges.length !== other.edges.length || this.edges.some((edge, i) => edge !== other.edges[i])) {
      throw new RangeError(`score calibrations need equal edges, got ${this.edges.join(', ')} and ${other.edges.join(', ')}`);
    }
    for (let bin = 0; bin < this.counts.length; bin++) {
      this.counts[bin]! += other.counts[bin]!;
      this.scores[bin]! += other.scores[bin]!;
      this.positives[bin]! += other.positives[bin]!;
    }
    this.missing += other.missing;
  }

  clone(): ScoreCalibration {
    return ScoreCalibration.fromJSON(this.toJSON());
  }

  toJSON(): ScoreCalibrationJSON {
    const { edges, counts, scores, positives, missing } = this;
    return { edges, counts: [...counts], scores: [...scores], positives: [...positives], missing };
  }
}

function isScore(value: number): boolean {
  return value >= 0 && value <= 1;
}
