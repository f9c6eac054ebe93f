import type { FeatureColumn, PredictionBatch } from '@modelwatch/core';
import type { EventTally } from './series-tally.js';
import { admitSliceValue, sliceCounts, type OnSlice, type SliceCap } from './slice-values.js';

/** Counts one row of a batch of ingested predictions: its features and output by the baseline's bins, its slices by value. */
export function countEvent(
  events: EventTally,
  slices: readonly SliceCap[],
  batch: Pick<PredictionBatch, 'features' | 'outputs' | 'slices'>,
  row: number,
  onSlice: OnSlice,
): void {
  events.predictions++;
  for (let i = 0; i < events.features.length; i++) events.features[i]!.update(valueAt(batch.features[i], row));
  events.output?.update(batch.outputs[row] ?? NaN);
  for (let i = 0; i < slices.length; i++) {
    const value = batch.slices[i]?.[row];
    if (value === undefined || value === '') continue;
    const { name, valuesMax } = slices[i]!;
    const counts = sliceCounts(events.slices, name);
    const admitted = admitSliceValue(counts, valuesMax, value);
    counts.set(admitted, (counts.get(admitted) ?? 0) + 1);
    onSlice(name, admitted);
  }
}

function valueAt(column: FeatureColumn | undefined, row: number): number | string | null {
  return column?.[row] ?? null;
}
