import { OTHER_BIN, rankSlices, sliceAccuracy, sliceErrorRatio, type RankedSlice } from '@modelwatch/core';
import { emptySliceJoined, joinedCount, mergedJoined, type JoinedCounts } from './joined-counts.js';
import type { QualityTally } from './series-tally.js';
import { ownValues, sliceCounts, type OnSlice, type SliceCap } from './slice-values.js';

/** How sure a slice has to be worse than the whole before it gets counts of its own, over all values of its slice at once. */
const SIGNIFICANCE = 0.05;

/** All that was counted of a slice, by every value that is kept; __other__ is what is beyond those. Read-only for callers. */
export function allOfSlice({ slices, tail }: Pick<QualityTally, 'slices' | 'tail'>, name: string): Map<string, JoinedCounts> {
  const all = new Map(tail.get(name));
  for (const [value, counts] of slices.get(name) ?? []) {
    if (value === OTHER_BIN) continue;
    const before = all.get(value);
    all.set(value, before === undefined ? counts : mergedJoined(before, counts));
  }
  return all;
}

/** Slice values by how much worse than the whole they are for certain: by accuracy, or by the mean absolute error of a regression. */
export function rankJoined(kind: 'probability' | 'regression', all: ReadonlyMap<string, JoinedCounts>, confidence?: number): RankedSlice[] {
  const ofEach = <Sketch>(of: (counts: JoinedCounts) => Sketch) => new Map([...all].map(([value, counts]) => [value, of(counts)]));
  return kind === 'regression'
    ? rankSlices(
        sliceErrorRatio,
        ofEach(({ errors }) => errors),
        confidence,
      )
    : rankSlices(
        sliceAccuracy,
        ofEach(({ confusion }) => confusion),
        confidence,
      );
}

/** Shows the worst slice values of one series. */
export interface WorstSlices {
  /**
   * Gives values of the tail that are worse than the whole for certain counts of their own, the worst first, as many as there is room for. They stay
   * so for good. Cost: a ranking whenever a tail has grown by a twentieth.
   */
  show(quality: QualityTally, onSlice: OnSlice): void;
}

export function createWorstSlices(kind: 'probability' | 'regression', caps: readonly SliceCap[]): WorstSlices {
  const ranked = new Map<string, number>();
  return {
    show(quality, onSlice) {
      for (const { name, valuesMax, worstMax = 0 } of caps) {
        const shown = quality.slices.get(name);
        const other = shown?.get(OTHER_BIN);
        if (shown === undefined || other === undefined) continue;
        const room = valuesMax + worstMax - ownValues(shown);
        const count = joinedCount(other);
        if (room <= 0 || count < (ranked.get(name) ?? 0)) continue;
        ranked.set(name, Math.ceil(count * 1.05) + 1);
        for (const value of worstOfTail(quality, kind, name).slice(0, room)) {
          sliceCounts(quality.slices, name).set(value, emptySliceJoined());
          onSlice(name, value);
        }
      }
    },
  };
}

function worstOfTail(quality: QualityTally, kind: 'probability' | 'regression', name: string): string[] {
  const all = allOfSlice(quality, name);
  const shown = quality.slices.get(name);
  return rankJoined(kind, all, 1 - SIGNIFICANCE / all.size)
    .filter(({ value, gap }) => gap.kind === 'measured' && gap.lower > 0 && shown?.has(value) !== true)
    .map(({ value }) => value);
}
