import { indent, MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * AUC of joined scores, from bins by ground truth. A negative in bin b ranks below every positive in a higher bin and ties with those in its
 * own: AUC = 1 - sum over b of neg_b (C_b - pos_b / 2) / (P N), where C_b counts the positives in b and below, P and N all positives and
 * negatives. Exact but for the order within a bin: the error is at most sum of neg_b pos_b / (2 P N). Absent with one class only.
 */
export const ranking: RecordingFamily = {
  name: 'ranking',
  help: 'AUC of joined scores, from bins by ground truth.',
  windows: driftWindows,
  rules({ window, select }) {
    const bins = `model_version_role_truth_bin:modelwatch_score_bin:increase${window}`;
    const byBin = `${MODEL_LABELS}, bin`;
    const total = (truth: '0' | '1') => `sum by (${MODEL_LABELS}) (${select(bins, `truth="${truth}"`)})`;
    const belowNegatives = [
      `sum by (${byBin}) (${select(bins, 'truth="0"')})`,
      '* (',
      `  ${summedIncrease(byBin, select('modelwatch_score_cumulative_total', 'truth="1"'), window)}`,
      `  - sum by (${byBin}) (${select(bins, 'truth="1"')}) / 2`,
      ')',
    ].join('\n');
    // `increase` extrapolates the bins and their running sums a little differently where counters start within the window.
    const auc = `1\n- sum by (${MODEL_LABELS}) (\n${indent(belowNegatives)}\n)\n/\n(\n  ${total('1')}\n  * ${total('0')}\n  > 0\n)`;
    return [
      { record: bins, expr: summedIncrease(`${MODEL_LABELS}, truth, bin`, select('modelwatch_score_bin_total'), window) },
      {
        record: `model_version_role:modelwatch_auc_ratio:${window}`,
        expr: `clamp(\n${indent(auc)},\n  0, 1\n)`,
      },
    ];
  },
};
