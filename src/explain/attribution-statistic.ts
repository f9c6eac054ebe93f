import type { Reading, Scale } from '../contracts/reading.js';
import { listed, sameFeatures, type Attributions } from './attributions.js';

/** What is compared: attributions of live predictions, and those recorded in training. */
export interface AttributionInput {
  readonly current: Attributions;
  readonly reference: Attributions;
}

/**
 * How far what the model looks at now is from what it looked at in training. It measures and never judges: what is too far stands in the rules.
 *
 * Below `countMin` it answers `insufficient_data`, from there on a finite value within `scale`, or `undefined` where its definition has no
 * value. It reads mean |value| alone, so neither counts nor the unit of the output matter. It changes neither sketch, and throws where they
 * are of other features. To add one: a file like the others, an entry in `index.ts`, cases in `golden.py`, a page in `docs/explain`.
 */
export interface AttributionStatistic {
  /** As in its page and its golden file: `attribution-ndcg`. */
  readonly name: string;
  readonly scale: Scale;
  /** Fewest explained predictions, in the current and in the reference data. */
  readonly countMin: number;
  /** Paper or standard, with equation. */
  readonly source: string;
  measure(input: AttributionInput): Reading;
}

/** The mean |value| of attributions that are normal around 0 is then known to 7.6 %: sqrt(pi/2 - 1) / sqrt(100). */
export const EXPLANATIONS_MIN = 100;

export const INSUFFICIENT_DATA: Reading = { kind: 'undetermined', reason: 'insufficient_data' };
export const UNDEFINED: Reading = { kind: 'undetermined', reason: 'undefined' };

/** The reading of a function of mean |value| by feature; the function answers undefined where its definition has no value. */
export function compareAttributions(
  { name, countMin }: AttributionStatistic,
  { current, reference }: AttributionInput,
  value: (current: Float64Array, reference: Float64Array) => number | undefined,
): Reading {
  if (!sameFeatures(current, reference)) {
    throw new RangeError(`${name} needs equal features, got ${listed(current)} current and ${listed(reference)} reference`);
  }
  if (current.count < countMin || reference.count < countMin) return INSUFFICIENT_DATA;
  const result = value(meansAbsolute(current), meansAbsolute(reference));
  return result === undefined ? UNDEFINED : { kind: 'measured', value: result };
}

export function meansAbsolute(attributions: Attributions): Float64Array {
  return attributions.positive.map((_, feature) => attributions.meanAbsolute(feature));
}

/** Shares of a total of 1, or undefined where all are 0. */
export function sharesOf(magnitudes: Float64Array): Float64Array | undefined {
  const greatest = magnitudes.reduce((most, magnitude) => Math.max(most, magnitude), 0);
  if (greatest === 0) return undefined;
  // In units of the greatest, so that no sum overflows and no share is lost to an underflow.
  const scaled = magnitudes.map((magnitude) => magnitude / greatest);
  const total = scaled.reduce((sum, magnitude) => sum + magnitude, 0);
  return scaled.map((magnitude) => magnitude / total);
}
