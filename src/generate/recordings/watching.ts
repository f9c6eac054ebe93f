import { summedIncrease } from '../promql.js';
import type { RecordingFamily } from './recording-family.js';

/** An hour: what is seen of the traffic, and which part of it has no series of its own. */
const WINDOW = '1h';

/** What of a model's traffic is watched: the share of answered requests, and the share of predictions that only `__other__` counts, by label. */
export const watching: RecordingFamily = {
  name: 'watching',
  help: 'Requests answered, the share of them that is watched, and the share of predictions whose value of a label is counted as `__other__` alone.',
  windows: () => [WINDOW],
  rules({ window, select }) {
    const answered = `model:modelwatch_requests_succeeded:${window}`;
    const skipped = summedIncrease('model', select('modelwatch_watch_skipped_total'), window);
    const predictions = summedIncrease('model', select('modelwatch_predictions_total'), window);
    return [
      { record: answered, expr: summedIncrease('model', select('modelwatch_requests_answered_total', 'code="2xx"'), window) },
      // Reasons that never happened may have no series.
      {
        record: `model:modelwatch_watched_ratio:${window}`,
        expr: `clamp_min(\n  1\n  - (\n    ${skipped}\n    or\n    ${select(answered)} * 0\n  )\n  / (${select(answered)} > 0),\n  0\n)`,
      },
      {
        record: `model_label:modelwatch_label_values_folded_ratio:${window}`,
        expr: `${summedIncrease('model, label', select('modelwatch_label_values_folded_total'), window)}\n/ on (model) group_left ()\n(${predictions} > 0)`,
      },
    ];
  },
};
