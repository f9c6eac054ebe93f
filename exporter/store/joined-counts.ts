import {
  CalibrationBins,
  Confusion,
  ErrorSums,
  ScoreBins,
  SLICE_SCORE_BINS,
  type CalibrationBinsJSON,
  type ConfusionJSON,
  type ErrorSumsJSON,
  type ScoreBinsJSON,
} from '@modelwatch/core';

/** What quality is measured from: predictions that met their ground truth. Of a regression confusion, scores and calibration stay empty. */
export interface JoinedCounts {
  readonly confusion: Confusion;
  readonly scores: ScoreBins;
  readonly calibration: CalibrationBins;
  readonly errors: ErrorSums;
}

export interface JoinedJSON {
  readonly confusion: ConfusionJSON;
  readonly scores: ScoreBinsJSON;
  readonly calibration: CalibrationBinsJSON;
  readonly errors: ErrorSumsJSON;
}

/** How an output is held against its ground truth. */
export interface OutputKind {
  readonly kind: 'probability' | 'regression';
  /** Outputs at or above it predict the positive class. */
  readonly threshold: number;
}

export function emptyJoined(scoreBins?: number): JoinedCounts {
  return {
    confusion: new Confusion(),
    scores: new ScoreBins(scoreBins),
    calibration: new CalibrationBins(),
    errors: new ErrorSums(),
  };
}

/** Of one slice value: with fewer bins, since there are many. */
export function emptySliceJoined(): JoinedCounts {
  return emptyJoined(SLICE_SCORE_BINS);
}

/** Counts one pair. An output of NaN, where the model gave none, counts as missing. */
export function countJoined(counts: JoinedCounts, { kind, threshold }: OutputKind, output: number, truth: number): void {
  counts.errors.update({ estimate: output, truth });
  if (kind === 'regression') return;
  const outcome = truth === 1 ? 1 : 0;
  counts.scores.update({ score: output, truth: outcome });
  counts.calibration.update({ score: output, truth: outcome });
  // Nothing was predicted where there is no output, so there is no class to be right or wrong about.
  if (!Number.isNaN(output)) counts.confusion.update({ predicted: output >= threshold ? 1 : 0, truth: outcome });
}

/** Pairs counted, those without an output among them. */
export function joinedCount({ errors: { count, missing } }: JoinedCounts): number {
  return count + missing;
}

export function mergeJoined(into: JoinedCounts, from: JoinedCounts): void {
  into.confusion.merge(from.confusion);
  into.scores.merge(from.scores);
  into.calibration.merge(from.calibration);
  into.errors.merge(from.errors);
}

/** Both together; changes neither. */
export function mergedJoined(a: JoinedCounts, b: JoinedCounts): JoinedCounts {
  const merged = emptySliceJoined();
  mergeJoined(merged, a);
  mergeJoined(merged, b);
  return merged;
}

export function joinedToJSON({ confusion, scores, calibration, errors }: JoinedCounts): JoinedJSON {
  return { confusion: confusion.toJSON(), scores: scores.toJSON(), calibration: calibration.toJSON(), errors: errors.toJSON() };
}

export function joinedFromJSON({ confusion, scores, calibration, errors }: JoinedJSON): JoinedCounts {
  return {
    confusion: Confusion.fromJSON(confusion),
    scores: ScoreBins.fromJSON(scores),
    calibration: CalibrationBins.fromJSON(calibration),
    errors: ErrorSums.fromJSON(errors),
  };
}
