import type { Reading, Scale } from '../contracts/reading.js';
import type { SketchByKind } from '../sketches/index.js';

/** The sketches of joined predictions: what quality is measured from. */
export type QualityKind = 'calibration' | 'confusion' | 'errors' | 'scores';

/**
 * A measure of predictions against ground truth. It measures and never judges: what is too low stands in the rules.
 *
 * Below `countMin` it answers `insufficient_data`, from there on a value within `scale`, or `undefined` where its definition has no value for
 * what was counted. It does not change the sketch. To add one: a file like the others, an entry in `index.ts`, cases in `golden.py`, a page.
 */
export interface QualityMetric<K extends QualityKind = QualityKind> {
  /** As in its page and its golden file: `log-loss`. */
  readonly name: string;
  readonly reads: K;
  readonly scale: Scale;
  /** Fewest predictions it measures, counted among those it is a share or a mean of: precision counts positive predictions. */
  readonly countMin: number;
  /** Paper or standard, with equation. */
  readonly source: string;
  measure(sketch: SketchByKind[K]): Reading;
}

/** With so many predictions the standard error of a share is at most 0.05. */
export const PREDICTIONS_MIN = 100;

/**
 * The reading of a value over `count` predictions out of `total`. Enough predictions of which none is of the kind that the metric looks at
 * leave it undefined; too few of that kind are too few.
 */
export function readingOf(value: number, { count, total, countMin }: { count: number; total: number; countMin: number }): Reading {
  if (count === 0 && total >= countMin) return { kind: 'undetermined', reason: 'undefined' };
  if (count < countMin) return { kind: 'undetermined', reason: 'insufficient_data' };
  return { kind: 'measured', value };
}
