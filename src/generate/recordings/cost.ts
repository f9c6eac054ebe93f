import { MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * What predictions cost over all replicas: in all, each, and by the thousand good ones. Good is a prediction that came true at the configured threshold;
 * of those without ground truth as large a part is taken to be good as of those with it.
 */
export const cost: RecordingFamily = {
  name: 'cost',
  help: 'Cost at the configured prices, for each prediction, and for 1,000 predictions that came true; the accuracy of joined predictions stands for that of all.',
  windows: driftWindows,
  rules({ window, select }) {
    const name = (metric: string) => `model_version_role_currency:modelwatch_${metric}:${window}`;
    const predictions = `${summedIncrease(MODEL_LABELS, select('modelwatch_predictions_total'), window)}`;
    const outcomes = (...matchers: string[]) => summedIncrease(MODEL_LABELS, select('modelwatch_confusion_total', ...matchers), window);
    const accuracy = `${outcomes('outcome=~"true_positive|true_negative"')}\n  /\n  (${outcomes()} > 0)`;
    const divided = `/ on (${MODEL_LABELS}) group_left ()`;
    return [
      { record: name('cost'), expr: summedIncrease(`${MODEL_LABELS}, currency`, select('modelwatch_cost_total'), window) },
      { record: name('cost_per_prediction'), expr: `${select(name('cost'))}\n${divided}\n(${predictions} > 0)` },
      {
        record: name('cost_per_thousand_good_predictions'),
        expr: `1000 * ${select(name('cost_per_prediction'))}\n${divided}\n(\n  ${accuracy} > 0\n)`,
      },
    ];
  },
};
