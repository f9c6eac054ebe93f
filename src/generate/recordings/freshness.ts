import { MODEL_LABELS, summedIncrease } from '../promql.js';
import { histogramQuantiles } from './histogram-quantiles.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/** How old the events are that predictions are made from, and how many have no usable time. Between the bounds of a bucket a quantile is interpolated. */
export const freshness: RecordingFamily = {
  name: 'freshness',
  help: 'Median and p95 of the age of events, with the predictions they rest on, and predictions whose event time is missing, unreadable or in the future.',
  windows: driftWindows,
  rules({ window, select }) {
    return [
      ...histogramQuantiles('modelwatch_feature_age_seconds', [50, 95], window, select),
      {
        record: `model_version_role_kind:modelwatch_event_time_faults:increase${window}`,
        expr: summedIncrease(`${MODEL_LABELS}, kind`, select('modelwatch_event_time_faults_total'), window),
      },
    ];
  },
};
