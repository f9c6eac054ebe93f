import { summedIncrease } from '../promql.js';
import { servingWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/** Requests and ingested predictions whose features are not those of the baseline, by feature and kind, as a share of all of the model. */
export const schema: RecordingFamily = {
  name: 'schema',
  help: 'Share of requests and ingested predictions in which a feature was missing, new or of another type, by feature and kind, with the requests and predictions looked at.',
  windows: servingWindows,
  rules({ window, select }) {
    const looked = `model:modelwatch_schema_requests:${window}`;
    const errors = `model_version_feature_kind:modelwatch_schema_errors:${window}`;
    const requests = summedIncrease('model', select('modelwatch_requests_received_total'), window);
    const events = summedIncrease('model', select('modelwatch_events_received_total', 'kind="prediction"'), window);
    return [
      { record: looked, expr: `${requests} + ${events}\nor\n${requests}\nor\n${events}` },
      { record: errors, expr: summedIncrease('model, version, feature, kind', select('modelwatch_schema_errors_total'), window) },
      {
        record: `model_version_feature_kind:modelwatch_schema_error_ratio:${window}`,
        // A request received before the window may be counted within it.
        expr: `clamp_max(\n  ${select(errors)}\n  / on (model) group_left ()\n  (${select(looked)} > 0),\n  1\n)`,
      },
    ];
  },
};
