import { indent, MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';
import { matcherOf } from '../selector.js';

/** What says on every series that nobody has observed it: it may make a ticket, and never pages. */
const labels = { evidence: 'estimate' };

/**
 * Accuracy, precision, recall, F1 and AUC before ground truth, from the outcomes and the score bins that predictions are expected to have: the
 * formulas of what was observed, over expected counts.
 */
export const estimated: RecordingFamily = {
  name: 'estimated',
  help: 'Accuracy, precision, recall, F1 and AUC as they are expected before ground truth comes, from calibrated scores; labelled evidence="estimate".',
  windows: driftWindows,
  rules({ window, select }) {
    const name = (metric: string) => `model_version_role:modelwatch_estimated_${metric}:${window}`;
    const outcomes = `model_version_role_outcome:modelwatch_estimated_confusion:increase${window}`;
    const bins = `model_version_role_truth_bin:modelwatch_estimated_score_bin:increase${window}`;
    const byBin = `${MODEL_LABELS}, bin`;
    const count = (...among: readonly string[]) => `sum by (${MODEL_LABELS}) (${select(outcomes, matcherOf('outcome', among))})`;
    const total = (truth: '0' | '1') => `sum by (${MODEL_LABELS}) (${select(bins, `truth="${truth}"`)})`;
    const belowNegatives = [
      `sum by (${byBin}) (${select(bins, 'truth="0"')})`,
      '* (',
      `  ${summedIncrease(byBin, select('modelwatch_estimated_score_cumulative_total'), window)}`,
      `  - sum by (${byBin}) (${select(bins, 'truth="1"')}) / 2`,
      ')',
    ].join('\n');
    const auc = `1\n- sum by (${MODEL_LABELS}) (\n${indent(belowNegatives)}\n)\n/\n(\n  ${total('1')}\n  * ${total('0')}\n  > 0\n)`;
    const rules = [
      { record: outcomes, expr: summedIncrease(`${MODEL_LABELS}, outcome`, select('modelwatch_estimated_confusion_total'), window) },
      { record: bins, expr: summedIncrease(`${MODEL_LABELS}, truth, bin`, select('modelwatch_estimated_score_bin_total'), window) },
      { record: name('classifications'), expr: `sum by (${MODEL_LABELS}) (${select(outcomes)})` },
      {
        record: name('accuracy_ratio'),
        expr: `${count('true_positive', 'true_negative')}\n/\n(sum by (${MODEL_LABELS}) (${select(outcomes)}) > 0)`,
      },
      { record: name('precision_ratio'), expr: `${count('true_positive')}\n/\n(${count('true_positive', 'false_positive')} > 0)` },
      { record: name('recall_ratio'), expr: `${count('true_positive')}\n/\n(${count('true_positive', 'false_negative')} > 0)` },
      {
        record: name('f1_ratio'),
        expr: `2 * ${count('true_positive')}\n/\n(${count('true_positive')} + ${count('true_positive', 'false_positive', 'false_negative')} > 0)`,
      },
      { record: name('auc_ratio'), expr: `clamp(\n${indent(auc)},\n  0, 1\n)` },
    ];
    return rules.map((rule) => ({ ...rule, labels }));
  },
};
