import { CALIBRATION_BINS, chiSquareQuantile } from '@modelwatch/core';
import { binLabels } from '@modelwatch/core';
import type { Conditions } from './conditions.js';
import type { Draws } from './draws.js';
import { drawBaseline, SIGNIFICANCE } from './feature-world.js';
import { CELLS, CELLS_OF_A_BIN, evaluatedQuality, OUTCOMES, scoreMean, SLOPE, type ScoreWorld } from './score-world.js';
import type { Labels, SeriesBook, Track } from './series-book.js';
import type { SimulatedSlice } from './simulated-model.js';

/** Of predictions that wait, the share whose truth ever comes. */
const JOINED_SHARE = 0.95;

/** What becomes of the predictions of one step once their truth is known. */
export interface AwaitedTruth {
  readonly predictions: number;
  readonly joined: number;
  /** Outcomes by slice. */
  readonly outcomes: readonly Float64Array[];
  readonly calibration: { readonly counts: Float64Array; readonly scores: Float64Array; readonly positives: Float64Array };
}

/** Outputs, estimates and joined ground truth of one version on one replica. */
export class QualitySeries {
  readonly #output: readonly Track[];
  readonly #estimated: readonly Track[];
  readonly #confusion: readonly Track[];
  readonly #ofSlice: readonly (readonly Track[])[];
  readonly #calibration: Readonly<Record<'counts' | 'scores' | 'positives', readonly Track[]>>;
  readonly #joined: Track;
  readonly #expired: Track;
  readonly #delay: ReturnType<SeriesBook['histogram']>;
  readonly #world: ScoreWorld;
  readonly #slices: readonly SimulatedSlice[];

  constructor(book: SeriesBook, world: ScoreWorld, slices: readonly SimulatedSlice[], of: Labels, draws: Draws) {
    this.#world = world;
    this.#slices = slices;
    const bins = binLabels({ kind: 'numeric', edges: world.binEdges, min: 0, max: 1 });
    const baseline = drawBaseline({ trainingShares: bins.map(() => 1 / bins.length) }, draws);
    bins.forEach((bin, i) => book.gauge('modelwatch_baseline_output_bin_ratio', { ...of, bin }, baseline.shares[i]));
    book.gauge('modelwatch_baseline_output_values', of, baseline.values);
    book.gauge('modelwatch_baseline_output_chi_square_quantile', of, chiSquareQuantile(1 - SIGNIFICANCE, bins.length - 1));
    for (const [quality, { value, lower, upper }] of Object.entries(evaluatedQuality(world))) {
      book.gauge('modelwatch_baseline_quality', { ...of, quality }, value);
      book.gauge('modelwatch_baseline_quality_lower', { ...of, quality }, lower);
      book.gauge('modelwatch_baseline_quality_upper', { ...of, quality }, upper);
    }
    const durable = { durable: true };
    const byOutcome = (name: string, labels: Labels, how = durable) =>
      OUTCOMES.map((outcome) => book.counter(name, { ...labels, outcome }, how));
    const byBin = (name: string) =>
      Array.from({ length: CALIBRATION_BINS }, (_, bin) => book.counter(name, { ...of, bin: String(bin) }, durable));
    this.#output = bins.map((bin) => book.counter('modelwatch_output_bin_total', { ...of, bin }));
    this.#estimated = byOutcome('modelwatch_estimated_confusion_total', of, { durable: false });
    this.#confusion = byOutcome('modelwatch_confusion_total', of);
    this.#ofSlice = slices.map(({ value }) =>
      byOutcome('modelwatch_slice_confusion_total', { ...of, slice: 'region', slice_value: value }),
    );
    this.#calibration = {
      counts: byBin('modelwatch_calibration_predictions_total'),
      scores: byBin('modelwatch_calibration_score_total'),
      positives: byBin('modelwatch_calibration_positive_total'),
    };
    this.#joined = book.counter('modelwatch_ground_truth_joined_total', of, durable);
    this.#expired = book.counter('modelwatch_ground_truth_expired_total', of, durable);
    this.#delay = book.histogram('modelwatch_ground_truth_delay_seconds', of, durable);
  }

  /** Counts the outputs of so many predictions, and draws what truth will say of them. */
  predict(predictions: number, shifts: readonly number[], conditions: Conditions, draws: Draws): AwaitedTruth {
    const { sharesAt, truthShare, isPositive, scores, calibrationBin } = this.#world;
    const mean = scoreMean(shifts) + conditions.outputLogits / SLOPE;
    const ofSlices = draws.multinomial(
      predictions,
      this.#slices.map(({ share }) => share),
    );
    const calibration = {
      counts: new Float64Array(CALIBRATION_BINS),
      scores: new Float64Array(CALIBRATION_BINS),
      positives: new Float64Array(CALIBRATION_BINS),
    };
    let joined = 0;
    const outcomes = this.#slices.map(({ value, offset }, i) => {
      const counts = draws.multinomial(ofSlices[i]!, sharesAt(mean + offset));
      const moved = conditions.conceptLogits + (conditions.conceptOfSlice.get(value) ?? 0) - conditions.outputLogits;
      const found = new Float64Array(OUTCOMES.length);
      for (let cell = 0; cell < CELLS; cell++) {
        const count = counts[cell]!;
        if (count === 0) continue;
        this.#output[Math.floor(cell / CELLS_OF_A_BIN)]!.add(count);
        const score = scores[cell]!;
        this.#estimated[isPositive[cell]! ? 0 : 3]!.add(count * score);
        this.#estimated[isPositive[cell]! ? 1 : 2]!.add(count * (1 - score));
        const known = draws.binomial(count, JOINED_SHARE);
        const positives = draws.binomial(known, truthShare(cell, moved));
        found[isPositive[cell]! ? 0 : 3]! += positives;
        found[isPositive[cell]! ? 1 : 2]! += known - positives;
        joined += known;
        const bin = calibrationBin[cell]!;
        calibration.counts[bin]! += known;
        calibration.scores[bin]! += known * score;
        calibration.positives[bin]! += positives;
      }
      return found;
    });
    return { predictions, joined, outcomes, calibration };
  }

  /** Truth has come, or will never come, for the predictions of one step. */
  join({ predictions, joined, outcomes, calibration }: AwaitedTruth, delaySeconds: number): void {
    outcomes.forEach((found, slice) =>
      found.forEach((count, outcome) => {
        this.#confusion[outcome]!.add(count);
        this.#ofSlice[slice]![outcome]!.add(count);
      }),
    );
    for (const field of ['counts', 'scores', 'positives'] as const)
      this.#calibration[field].forEach((track, bin) => track.add(calibration[field][bin]!));
    this.#joined.add(joined);
    this.#expired.add(predictions - joined);
    const { bounds, buckets } = this.#delay;
    buckets.forEach((bucket, i) => {
      if (i === bounds.length || delaySeconds <= bounds[i]!) bucket.add(joined);
    });
  }

  expire({ predictions }: AwaitedTruth): void {
    this.#expired.add(predictions);
  }
}
