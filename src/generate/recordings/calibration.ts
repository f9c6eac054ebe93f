import { normalQuantile } from '../../math/index.js';
import { indent, MODEL_LABELS, number, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * Expected calibration error of joined scores: by bin, the mean score against the share of positives, weighted by the bin's count. The count
 * cancels, which leaves sum over bins of |sum of scores - positives| / n.
 *
 * Scores that are calibrated have an error, too: a bin's gap is about normal, of the variance v = sum of s (1 - s), which S - S^2 / n of the bin bounds.
 * The critical value, over independent gaps, is (sqrt(2 / pi) sum of sqrt(v) + z sqrt((1 - 2 / pi) sum of v)) / n: among 4,000 simulations of
 * calibrated scores each, of 10 and of 20 bins and 200 to 10,000 predictions, 0.08 % to 0.45 % were above that of 0.1 %.
 */
export const calibration: RecordingFamily = {
  name: 'calibration',
  help: 'Expected calibration error of joined scores, and the value that chance alone explains of scores that are calibrated.',
  windows: driftWindows,
  rules({ window, bars, select }) {
    const byBin = `${MODEL_LABELS}, bin`;
    const scores = summedIncrease(byBin, select('modelwatch_calibration_score_total'), window);
    const predictions = summedIncrease(byBin, select('modelwatch_calibration_predictions_total'), window);
    const variance = `model_version_role_bin:modelwatch_calibration_variance:${window}`;
    const gap = ['abs(', `  ${scores}`, `  - ${summedIncrease(byBin, select('modelwatch_calibration_positive_total'), window)}`, ')'].join(
      '\n',
    );
    const count = summedIncrease(MODEL_LABELS, select('modelwatch_calibration_predictions_total'), window);
    return [
      {
        record: `model_version_role:modelwatch_calibration_error_ratio:${window}`,
        expr: `sum by (${MODEL_LABELS}) (\n${indent(gap)}\n)\n/\n(${count} > 0)`,
      },
      { record: variance, expr: `clamp_min(\n  ${scores}\n  - ${scores} ^ 2\n  / (${predictions} > 0),\n  0\n)` },
      {
        record: `model_version_role:modelwatch_calibration_error_critical_ratio:${window}`,
        expr: [
          '(',
          `  ${number(Math.sqrt(2 / Math.PI))} * sum by (${MODEL_LABELS}) (sqrt(${select(variance)}))`,
          `  + ${number(normalQuantile(1 - bars.significance))} * sqrt(${number(1 - 2 / Math.PI)} * sum by (${MODEL_LABELS}) (${select(variance)}))`,
          ')',
          '/',
          `(${count} > 0)`,
        ].join('\n'),
      },
    ];
  },
};
