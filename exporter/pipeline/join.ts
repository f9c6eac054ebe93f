import { Confusion, DELAY_SECONDS_BUCKETS } from '@modelwatch/core';
import { observe } from '../store/histogram-counts.js';
import type { QualityTally } from '../store/series-tally.js';
import { admitSliceValue, sliceCounts, type OnSlice, type SliceCap } from '../store/slice-values.js';

/** What of a model decides how its predictions are compared with what came true. */
export interface JoinRule {
  readonly kind: 'probability' | 'regression';
  /** Outputs at or above it predict the positive class. */
  readonly threshold: number;
  readonly slices: readonly SliceCap[];
}

/** A prediction and its ground truth. An output of NaN, where the model gave none, counts as missing. */
export interface JoinedPair {
  readonly output: number;
  readonly truth: number;
  /** From the prediction to its ground truth, by their own times. */
  readonly delaySeconds: number;
  /** In the order of the rule's slices; null or '' where the prediction has none. */
  readonly slices: readonly (string | null)[];
}

/**
 * Counts one joined pair in the sketches of quality. Ground truth that was known before its prediction has a delay of 0: clocks of two
 * machines differ, and a histogram of negative delays has no buckets.
 */
export function joinPair(quality: QualityTally, rule: JoinRule, pair: JoinedPair, onSlice?: OnSlice): void {
  const { output, truth } = pair;
  quality.joined++;
  observe(quality.delaySeconds, DELAY_SECONDS_BUCKETS, Math.max(0, pair.delaySeconds));
  quality.errors.update({ estimate: output, truth });
  if (rule.kind === 'regression') return;
  const outcome = truth === 1 ? 1 : 0;
  quality.scores.update({ score: output, truth: outcome });
  quality.calibration.update({ score: output, truth: outcome });
  // Nothing was predicted where there is no output, so there is no class to be right or wrong about.
  if (Number.isNaN(output)) return;
  const classified = { predicted: output >= rule.threshold ? 1 : 0, truth: outcome } as const;
  quality.confusion.update(classified);
  rule.slices.forEach((slice, i) => {
    const value = pair.slices[i];
    if (value === null || value === undefined || value === '') return;
    const counts = sliceCounts(quality.slices, slice.name);
    const admitted = admitSliceValue(counts, slice.valuesMax, value);
    let confusion = counts.get(admitted);
    if (confusion === undefined) counts.set(admitted, (confusion = new Confusion()));
    confusion.update(classified);
    onSlice?.(slice.name, admitted);
  });
}
