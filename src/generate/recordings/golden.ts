import { MODEL_LABELS } from '../promql.js';
import type { RecordingFamily } from './recording-family.js';

/** Golden rows are replayed once an hour, so that an hour holds the last replay of every replica. */
const REPLAYS = '1h';

/**
 * The worst of the replays of golden rows on all replicas within the hour: one replica with a wrong file is one too many, and a mean would hide it.
 * Golden rows are no traffic: they are the same everywhere, so nothing is summed.
 */
export const golden: RecordingFamily = {
  name: 'golden',
  help: 'Golden rows that did not give what they gave in training, in the worst replay of any replica within the hour: how many, the largest difference, and of the last replays the greatest share.',
  windows: () => [REPLAYS],
  rules({ window, select }) {
    const name = (metric: string) => `model_version_role:modelwatch_golden_${metric}:max${window}`;
    const worst = (metric: string) => `max by (${MODEL_LABELS}) (max_over_time(${select(metric)}[${window}]))`;
    const share = `${select('modelwatch_golden_row_failures')} / (${select('modelwatch_golden_rows')} > 0)`;
    return [
      { record: name('row_failures'), expr: worst('modelwatch_golden_row_failures') },
      { record: name('row_failure_ratio'), expr: `max by (${MODEL_LABELS}) (${share})` },
      { record: name('row_difference'), expr: worst('modelwatch_golden_row_difference_max') },
      { record: name('explanation_failures'), expr: worst('modelwatch_golden_explanation_failures') },
    ];
  },
};
