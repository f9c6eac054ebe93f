import { MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * Means over joined predictions that had an output: log loss in nats, squared error (the Brier score of a probability), its root, absolute error
 * and bias (output minus ground truth), with their count and that of all joined predictions.
 */
export const errors: RecordingFamily = {
  name: 'errors',
  help: 'Means over joined predictions that had an output: log loss, squared error (Brier score of a probability) and its root, absolute error, bias; with the counts.',
  windows: driftWindows,
  rules({ window, select }) {
    const name = (metric: string) => `model_version_role:modelwatch_${metric}:${window}`;
    const sum = (metric: string) => summedIncrease(MODEL_LABELS, select(metric), window);
    const joined = select(name('ground_truth_joined'));
    const compared = `(${select(name('outputs_compared'))} > 0)`;
    const over = sum('modelwatch_over_error_total');
    const under = sum('modelwatch_under_error_total');
    return [
      { record: name('ground_truth_joined'), expr: sum('modelwatch_ground_truth_joined_total') },
      // An output was missing in none where no series says so.
      {
        record: name('outputs_compared'),
        expr: `${joined}\n- (\n  ${sum('modelwatch_joined_output_missing_total')}\n  or\n  ${joined} * 0\n)`,
      },
      { record: name('log_loss_nats'), expr: `${sum('modelwatch_log_loss_nats_total')}\n/\n${compared}` },
      { record: name('mean_squared_error'), expr: `${sum('modelwatch_squared_error_total')}\n/\n${compared}` },
      { record: name('root_mean_squared_error'), expr: `sqrt(${select(name('mean_squared_error'))})` },
      { record: name('mean_absolute_error'), expr: `(\n  ${over}\n  + ${under}\n)\n/\n${compared}` },
      { record: name('bias'), expr: `(\n  ${over}\n  - ${under}\n)\n/\n${compared}` },
    ];
  },
};
