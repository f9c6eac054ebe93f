import {
  Confusion,
  ErrorSums,
  mcnemar,
  OTHER_BIN,
  PairedQuality,
  PAIRS_MIN,
  qualityGain,
  rankSlices,
  sliceAccuracy,
  sliceErrorRatio,
  type IntervalReading,
  type OutputRule,
  type RankedSlice,
  type RolloutCriteria,
} from '@modelwatch/core';
import type { OutputColumns } from './compare-models.js';

/** One slice: its values, those where the challenger loses most for certain first. */
export interface SliceComparison {
  readonly slice: string;
  readonly values: readonly SliceValueComparison[];
}

export interface SliceValueComparison {
  readonly value: string;
  /** Rows that both scored and that have ground truth. */
  readonly count: number;
  /** Accuracy, or mean absolute error of a regression. */
  readonly champion: RankedSlice['quality'];
  readonly challenger: RankedSlice['quality'];
  /** By how much the challenger is better than the champion here. */
  readonly gain: IntervalReading;
  /** The same, of a confidence that holds for all values of all slices at once: what a bar is held against. */
  readonly gainOfAll: IntervalReading;
  readonly pValue: number | undefined;
  /** How much worse the challenger is here than over all: its own weak places. */
  readonly gap: RankedSlice['gap'] | undefined;
}

interface Sums {
  readonly quality: PairedQuality;
  readonly champion: Counted;
  readonly challenger: Counted;
}

interface Counted {
  readonly confusion: Confusion;
  readonly errors: ErrorSums;
}

export interface SliceOptions {
  readonly names: readonly string[];
  readonly rule: OutputRule;
  readonly criteria: RolloutCriteria;
}

/** Quality of both models by slice value. Rows without a value are in none. */
export function compareSlices(
  columns: OutputColumns,
  sliceValues: readonly (readonly (string | undefined)[])[],
  { names, rule, criteria }: SliceOptions,
): readonly SliceComparison[] {
  const slices = names.map((slice, i) => ({ slice, sums: sumsOf(columns, sliceValues[i] ?? [], rule) }));
  const judged = slices.flatMap(({ sums }) => [...sums.values()]).filter(({ quality }) => quality.count >= PAIRS_MIN).length;
  // Bonferroni: of twenty slices that are alike one would look worse at 0.95.
  const ofAll = { ...criteria, confidence: 1 - (1 - criteria.confidence) / Math.max(1, judged) };
  return slices.map(({ slice, sums }) => {
    const champion = rankedOf(sums, 'champion', rule, criteria.confidence);
    const challenger = rankedOf(sums, 'challenger', rule, criteria.confidence);
    const values = [...sums].map(([value, { quality }]): SliceValueComparison => {
      const { pValue } = mcnemar(quality);
      return {
        value,
        count: quality.count,
        champion: champion.get(value)?.quality ?? { kind: 'undetermined', reason: 'insufficient_data' },
        challenger: challenger.get(value)?.quality ?? { kind: 'undetermined', reason: 'insufficient_data' },
        gain: qualityGain(quality, criteria),
        gainOfAll: qualityGain(quality, ofAll),
        pValue: rule.kind === 'probability' && pValue.kind === 'measured' ? pValue.value : undefined,
        gap: challenger.get(value)?.gap,
      };
    });
    return { slice, values: values.sort(worstFirst) };
  });
}

function sumsOf(
  { champion, challenger, truth }: OutputColumns,
  values: readonly (string | undefined)[],
  rule: OutputRule,
): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  values.forEach((value, row) => {
    if (value === undefined || Number.isNaN(truth[row]) || Number.isNaN(champion[row]) || Number.isNaN(challenger[row])) return;
    let here = sums.get(value);
    if (here === undefined) sums.set(value, (here = { quality: new PairedQuality(rule), champion: counted(), challenger: counted() }));
    here.quality.update({ champion: champion[row]!, challenger: challenger[row]!, truth: truth[row]! });
    count(here.champion, champion[row]!, truth[row]!, rule.kind === 'probability' ? rule.championThreshold : undefined);
    count(here.challenger, challenger[row]!, truth[row]!, rule.kind === 'probability' ? rule.challengerThreshold : undefined);
  });
  return sums;
}

const counted = (): Counted => ({ confusion: new Confusion(), errors: new ErrorSums() });

function count({ confusion, errors }: Counted, output: number, truth: number, threshold: number | undefined): void {
  errors.update({ estimate: output, truth });
  if (threshold !== undefined) confusion.update({ predicted: output >= threshold ? 1 : 0, truth: truth === 1 ? 1 : 0 });
}

function rankedOf(
  sums: ReadonlyMap<string, Sums>,
  side: 'champion' | 'challenger',
  { kind }: OutputRule,
  confidence: number,
): Map<string, RankedSlice> {
  const of = <S>(pick: (sums: Counted) => S) => new Map([...sums].map(([value, both]) => [value, pick(both[side])]));
  const ranked =
    kind === 'regression'
      ? rankSlices(
          sliceErrorRatio,
          of(({ errors }) => errors),
          confidence,
        )
      : rankSlices(
          sliceAccuracy,
          of(({ confusion }) => confusion),
          confidence,
        );
  return new Map(ranked.map((slice) => [slice.value, slice]));
}

/** By the loss that is certain: the upper bound of the gain, the lowest first; then those too small to tell, the larger first. `__other__` is last. */
function worstFirst(a: SliceValueComparison, b: SliceValueComparison): number {
  const byName = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  if (a.value === OTHER_BIN || b.value === OTHER_BIN) return a.value === b.value ? 0 : a.value === OTHER_BIN ? 1 : -1;
  if (a.gain.kind === 'measured' && b.gain.kind === 'measured') return a.gain.upper - b.gain.upper || byName;
  if (a.gain.kind !== b.gain.kind) return a.gain.kind === 'measured' ? -1 : 1;
  return b.count - a.count || byName;
}
