import { PREDICTIONS_MIN } from '../../quality/index.js';
import { indent, MODEL_LABELS, parenthesised, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * AUC of joined scores, from bins by ground truth. A negative in bin b ranks below every positive in a higher bin and ties with those in its
 * own: AUC = 1 - sum over b of neg_b (C_b - pos_b / 2) / (P N), where C_b counts the positives in b and below, P and N all positives and
 * negatives. Exact but for the order within a bin: the error is at most sum of neg_b pos_b / (2 P N). Absent with one class only.
 *
 * Beside it the number of cases of a share with the variance of the AUC, DeLong's: n = AUC (1 - AUC) / variance, at least the rarer class; absent
 * where that has fewer than 100. With C and c the counts of the other class up to and in a bin, each score has a share of the other class on its
 * losing side: (C - c / 2) / N of a positive, 1 - (C - c / 2) / P of a negative. The variance is that of the positives' shares over P plus that
 * of the negatives' over N.
 */
export const ranking: RecordingFamily = {
  name: 'ranking',
  help: 'AUC of joined scores, from bins by ground truth, and the cases of a share that has its variance.',
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
    const area = select(`model_version_role:modelwatch_auc_ratio:${window}`);
    /** Share of the other class up to and half in each bin, of the bins of a class. */
    const otherBelow = (other: '0' | '1') =>
      `(\n  ${summedIncrease(byBin, select('modelwatch_score_cumulative_total', `truth="${other}"`), window)}\n  - sum by (${byBin}) (${select(bins, `truth="${other}"`)}) / 2\n)\n/ on (${MODEL_LABELS}) group_left ()\n(${total(other)} > 0)`;
    /** Variance of the mean of a class: the squares of its shares' distances from the AUC. */
    const variance = (truth: '0' | '1', share: string) =>
      `sum by (${MODEL_LABELS}) (\n  sum by (${byBin}) (${select(bins, `truth="${truth}"`)})\n  * on (${byBin})\n  (\n${indent(`${parenthesised(share)}\n- on (${MODEL_LABELS}) group_left ()\n${area}`, 4)}\n  ) ^ 2\n)\n/\n((${total(truth)} - 1) * ${total(truth)})`;
    const rarer = `(\n  ${total('1')}\n  < ${total('0')}\n  or\n  ${total('0')}\n)`;
    const byVariance = `${area} * (1 - ${area})\n/\n(\n${indent(`${variance('1', otherBelow('0'))}\n+\n${variance('0', `1 - ${otherBelow('1')}`)}\n> 0`)}\n)`;
    const cases = `(\n${indent(`${byVariance}\n> ${rarer}\nor\n${rarer}`)}\n)\nand\n${rarer} >= ${PREDICTIONS_MIN}`;
    const auc = `1\n- sum by (${MODEL_LABELS}) (\n${indent(belowNegatives)}\n)\n/\n(\n  ${total('1')}\n  * ${total('0')}\n  > 0\n)`;
    return [
      { record: bins, expr: summedIncrease(`${MODEL_LABELS}, truth, bin`, select('modelwatch_score_bin_total'), window) },
      {
        record: `model_version_role:modelwatch_auc_ratio:${window}`,
        expr: `clamp(\n${indent(auc)},\n  0, 1\n)`,
      },
      { record: `model_version_role:modelwatch_auc_cases:${window}`, expr: cases },
    ];
  },
};
