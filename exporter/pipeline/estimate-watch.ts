import {
  calibration,
  evaluationSketches,
  ExpectedQuality,
  fitCalibrator,
  type Baseline,
  type ModelConfig,
  type PredictionBatch,
} from '@modelwatch/core';

/** What predictions are expected to come to, before their ground truth is known. */
export interface EstimateWatch {
  readonly expected: ExpectedQuality;
  observe(batch: Pick<PredictionBatch, 'outputs' | 'rows'>): void;
}

/** Undefined where the model is a regression, or where its baseline has no evaluation of enough rows. Cost: two binary searches a row. */
export function createEstimateWatch({ output }: ModelConfig, baseline: Baseline | undefined): EstimateWatch | undefined {
  const sums = baseline?.evaluation && evaluationSketches(baseline.evaluation).calibration;
  if (output.kind !== 'probability' || sums === undefined) return undefined;
  const fitted = fitCalibrator(sums);
  if (fitted.kind === 'undetermined') return undefined;
  const expected = new ExpectedQuality();
  const rule = { threshold: output.threshold, probabilityOf: calibration(fitted.calibrator) };
  return {
    expected,
    observe({ outputs, rows }) {
      expected.updateScores(outputs, rows, rule);
    },
  };
}
