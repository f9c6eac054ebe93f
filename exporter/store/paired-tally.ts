import { PairedQuality, type JudgedPair, type OutputRule, type PairedQualityJSON } from '@modelwatch/core';
import { admitSliceValue, sliceCounts, type OnSlice, type SliceCap } from './slice-values.js';
import type { StoreModel } from './store.js';

/**
 * What the store counts of a challenger beside its quality: its outputs on their way to ground truth, and how it compares with the champion
 * once there is some. received = joined + expired + waiting, exactly.
 */
export interface PairedTally {
  /** Outputs that found their prediction. */
  received: number;
  /** Outputs that are paired with nothing: there was one of this version for the prediction already. */
  duplicates: number;
  /** Likewise: no prediction of their id waited for ground truth or had met it. */
  unmatched: number;
  /** Likewise: the prediction holds as many outputs of challengers as it may. */
  full: number;
  quality: PairedQuality;
  /** By slice name, then by slice value; values over the cap count as __other__. */
  readonly slices: Map<string, Map<string, PairedQuality>>;
}

/** Counts of a tally without those of slices. */
export interface PairedJSON extends Pick<PairedTally, 'received' | 'duplicates' | 'unmatched' | 'full'> {
  readonly quality: PairedQualityJSON;
}

export interface PairedSliceJSON {
  readonly name: string;
  readonly value: string;
  readonly quality: PairedQualityJSON;
}

export function emptyPaired(rule: OutputRule): PairedTally {
  return { received: 0, duplicates: 0, unmatched: 0, full: 0, quality: new PairedQuality(rule), slices: new Map() };
}

/** How outputs of a configured challenger are compared; undefined for a version that is not configured. */
export function pairedRule({ kind, threshold, challengers = [] }: StoreModel, version: string): OutputRule | undefined {
  const challenger = challengers.find((entry) => entry.version === version);
  if (challenger === undefined) return undefined;
  return kind === 'regression'
    ? { kind, toleranceAbsolute: challenger.toleranceAbsolute }
    : { kind, championThreshold: threshold, challengerThreshold: challenger.threshold };
}

/** Counts one pair with its ground truth, over all and by slice. */
export function countPair(
  tally: PairedTally,
  caps: readonly SliceCap[],
  pair: JudgedPair,
  values: readonly (string | null | undefined)[],
  onSlice: OnSlice,
): void {
  tally.quality.update(pair);
  for (let i = 0; i < caps.length; i++) {
    const value = values[i];
    if (value === null || value === undefined || value === '') continue;
    const { name, valuesMax } = caps[i]!;
    const counts = sliceCounts(tally.slices, name);
    const admitted = admitSliceValue(counts, valuesMax, value);
    let quality = counts.get(admitted);
    if (quality === undefined) counts.set(admitted, (quality = new PairedQuality(tally.quality.rule)));
    quality.update(pair);
    onSlice(name, admitted);
  }
}

export function pairedToJSON({ received, duplicates, unmatched, full, quality }: PairedTally): PairedJSON {
  return { received, duplicates, unmatched, full, quality: quality.toJSON() };
}

/** Reads counts back; what was compared by another rule does not go on. */
export function pairedFromJSON({ quality, ...counts }: PairedJSON, rule: OutputRule): PairedTally {
  const tally = { ...emptyPaired(rule), ...counts };
  const read = PairedQuality.fromJSON(quality);
  return isSameRule(read.rule, rule) ? { ...tally, quality: read } : tally;
}

export function isSameRule(a: OutputRule, b: OutputRule): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The slices of a tally, all of them or those named. */
export function pairedSlices({ slices }: PairedTally, named?: ReadonlyMap<string, ReadonlySet<string>>): PairedSliceJSON[] {
  const told: PairedSliceJSON[] = [];
  for (const [name, counts] of slices) {
    for (const [value, quality] of counts) {
      if (named === undefined || named.get(name)?.has(value) === true) told.push({ name, value, quality: quality.toJSON() });
    }
  }
  return told;
}
