import { indent, MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * Expected calibration error of joined scores: by bin, the mean score against the share of positives, weighted by the bin's count. The count
 * cancels, which leaves sum over bins of |sum of scores - positives| / n.
 */
export const calibration: RecordingFamily = {
  name: 'calibration',
  help: 'Expected calibration error of joined scores.',
  windows: driftWindows,
  rules({ window, select }) {
    const byBin = `${MODEL_LABELS}, bin`;
    const gap = [
      'abs(',
      `  ${summedIncrease(byBin, select('modelwatch_calibration_score_total'), window)}`,
      `  - ${summedIncrease(byBin, select('modelwatch_calibration_positive_total'), window)}`,
      ')',
    ].join('\n');
    const count = summedIncrease(MODEL_LABELS, select('modelwatch_calibration_predictions_total'), window);
    return [
      {
        record: `model_version_role:modelwatch_calibration_error_ratio:${window}`,
        expr: `sum by (${MODEL_LABELS}) (\n${indent(gap)}\n)\n/\n(${count} > 0)`,
      },
    ];
  },
};
