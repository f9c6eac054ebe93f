import type { Reading, Scale } from '../contracts/reading.js';
import type { SketchByKind, SketchKind } from '../sketches/index.js';

/** What is compared. */
export interface StatisticInput<K extends SketchKind = SketchKind> {
  readonly current: SketchByKind[K];
  readonly reference: SketchByKind[K];
  /** Chance of passing the critical value without drift, above 0 and at most 0.5. Without it no critical value is computed. */
  readonly significance?: number | undefined;
}

/**
 * How far the current data are from the reference. It measures and never judges: what is too far stands in the rules.
 *
 * Below `countMin` it answers `insufficient_data`, from there on a finite value within `scale`, or `undefined` where its definition has no
 * value for what was counted, such as an order of categories. Missing values do not count, but in `missing-ratio`. It changes neither sketch,
 * and throws where the two were not counted in the same bins.
 *
 * With a significance, and where theory gives one, the reading carries a critical value: without drift, the value exceeds it with about that
 * chance, or less where the page says so. It says that the difference is not chance; whether it matters, only the value says.
 *
 * To add one: `docs/recipes/add-a-statistic.md`.
 */
export interface Statistic<K extends SketchKind = SketchKind> {
  /** As in its page and its golden file: `jensen-shannon`. */
  readonly name: string;
  readonly reads: K;
  readonly scale: Scale;
  /** Fewest values it measures, in the current and in the reference data. */
  readonly countMin: number;
  /** Paper or standard, with equation. */
  readonly source: string;
  measure(input: StatisticInput<K>): Reading;
}

/**
 * Fewest values for what is compared bin by bin. Ten bins of equal share, as a baseline makes them, then expect ten values each, above the five
 * from which chi-square is taken as sound (Cochran, "Some methods for strengthening the common chi-square tests", 1954, section 2).
 */
export const BINNED_COUNT_MIN = 100;

/** Every statistic's answer below its least count. */
export const INSUFFICIENT_DATA: Reading = { kind: 'undetermined', reason: 'insufficient_data' };

/** Every statistic's answer where its definition has none. */
export const UNDEFINED: Reading = { kind: 'undetermined', reason: 'undefined' };

/** A reading with its critical value where a significance is given. */
export function measured(
  name: string,
  value: number,
  significance: number | undefined,
  criticalValue: ((significance: number) => number) | undefined,
): Reading {
  if (significance === undefined) return { kind: 'measured', value };
  if (!(significance > 0 && significance <= 0.5)) {
    throw new RangeError(`${name} needs a significance above 0 and at most 0.5, got ${significance}`);
  }
  return criticalValue === undefined
    ? { kind: 'measured', value }
    : { kind: 'measured', value, criticalValue: criticalValue(significance) };
}
