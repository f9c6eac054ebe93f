import type { NumericBinning } from '../../binning/index.js';
import type { BaselineEvaluation } from '../../contracts/baseline.js';
import { Confusion, ErrorSums, Frequencies, ScoreBins } from '../../sketches/index.js';
import { ScoreCalibration } from './score-calibration.js';

/** What a baseline's evaluation holds, as the sketches that the metrics read. Of a regression the first three are empty, and there is no calibration. */
export interface EvaluationSketches {
  readonly confusion: Confusion;
  readonly scores: ScoreBins;
  readonly calibration: ScoreCalibration | undefined;
  readonly errors: ErrorSums;
  /** By the bins that ground truth is counted in. */
  readonly groundTruth: Frequencies;
}

/** The bins of a ground truth of 0 or 1: one for each, divided by the edge 0. */
export const BINARY_TRUTH: NumericBinning = { kind: 'numeric', edges: [0], min: -Infinity, max: Infinity };

/** The bins that an evaluation froze for ground truth. */
export function groundTruthBinning({ groundTruth }: BaselineEvaluation): NumericBinning {
  return { kind: 'numeric', edges: groundTruth.edges, min: -Infinity, max: Infinity };
}

/** Reads the sketches back. Errors lack the sums of log loss, which an evaluation does not carry. */
export function evaluationSketches(evaluation: BaselineEvaluation): EvaluationSketches {
  const { rows, confusion, scores, calibration, errors, groundTruth } = evaluation;
  return {
    confusion: confusion === undefined ? new Confusion() : Confusion.fromJSON(confusion),
    scores: scores === undefined ? new ScoreBins() : ScoreBins.fromJSON({ ...scores, missing: 0 }),
    calibration: calibration === undefined ? undefined : ScoreCalibration.fromJSON({ ...calibration, missing: 0 }),
    errors: ErrorSums.fromJSON({ ...errors, count: rows, logLoss: 0, probabilities: 0, missing: 0 }),
    groundTruth: Frequencies.fromCounts(groundTruthBinning(evaluation), groundTruth.counts),
  };
}
