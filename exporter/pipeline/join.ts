import { DELAY_SECONDS_BUCKETS, OTHER_BIN } from '@modelwatch/core';
import { observe } from '../store/histogram-counts.js';
import { countJoined, emptySliceJoined, type OutputKind } from '../store/joined-counts.js';
import type { QualityTally } from '../store/series-tally.js';
import { admitSliceValue, made, sliceCounts, type OnSlice, type SliceCap } from '../store/slice-values.js';

/** What of a model decides how its predictions are compared with what came true. */
export interface JoinRule extends OutputKind {
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
export function joinPair(quality: QualityTally, rule: JoinRule, pair: JoinedPair, onSlice: OnSlice = () => undefined): void {
  const { output, truth } = pair;
  quality.joined++;
  observe(quality.delaySeconds, DELAY_SECONDS_BUCKETS, Math.max(0, pair.delaySeconds));
  quality.groundTruth?.update(truth);
  countJoined(quality, rule, output, truth);
  rule.slices.forEach((slice, i) => {
    const value = pair.slices[i];
    if (value === null || value === undefined || value === '') return;
    const count = (slices: QualityTally['slices'], valuesMax: number) => {
      const counts = sliceCounts(slices, slice.name);
      const admitted = admitSliceValue(counts, valuesMax, value);
      countJoined(made(counts, admitted, emptySliceJoined), rule, output, truth);
      onSlice(slice.name, admitted);
      return admitted;
    };
    const { valuesMax, keptMax = valuesMax } = slice;
    // What counts as __other__ counts by value beside it, so that the tail can be looked into.
    if (count(quality.slices, valuesMax) === OTHER_BIN) count(quality.tail, Math.max(0, keptMax - valuesMax));
  });
}
