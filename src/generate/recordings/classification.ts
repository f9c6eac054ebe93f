import { MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';
import { matcherOf } from '../selector.js';

/**
 * Accuracy, precision, recall and F1 of joined classifications, from confusion counts, with the count of predictions judged. Precision is
 * absent without a positive prediction, recall without a positive ground truth, F1 without either.
 */
export const classification: RecordingFamily = {
  name: 'classification',
  help: 'Accuracy, precision, recall and F1 of joined predictions at the configured threshold, with their count.',
  windows: driftWindows,
  rules({ window, select }) {
    const outcomes = `model_version_role_outcome:modelwatch_confusion:increase${window}`;
    const name = (metric: string) => `model_version_role:modelwatch_${metric}:${window}`;
    const count = (...among: readonly string[]) => {
      const matcher = matcherOf('outcome', among);
      return `sum by (${MODEL_LABELS}) (${select(outcomes, matcher)})`;
    };
    return [
      { record: outcomes, expr: summedIncrease(`${MODEL_LABELS}, outcome`, select('modelwatch_confusion_total'), window) },
      { record: name('classifications'), expr: `sum by (${MODEL_LABELS}) (${select(outcomes)})` },
      { record: name('accuracy_ratio'), expr: `${count('true_positive', 'true_negative')}\n/\n(${select(name('classifications'))} > 0)` },
      { record: name('precision_ratio'), expr: `${count('true_positive')}\n/\n(${count('true_positive', 'false_positive')} > 0)` },
      { record: name('recall_ratio'), expr: `${count('true_positive')}\n/\n(${count('true_positive', 'false_negative')} > 0)` },
      {
        record: name('f1_ratio'),
        expr: `2 * ${count('true_positive')}\n/\n(${count('true_positive')} + ${count('true_positive', 'false_positive', 'false_negative')} > 0)`,
      },
    ];
  },
};
