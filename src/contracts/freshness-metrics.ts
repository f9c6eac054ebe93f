import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/** From how fast a stream is to how long ground truth may take: bounds of delays and of ages. */
export const DELAY_SECONDS_BUCKETS = [1, 10, 60, 300, 900, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800, 2_592_000] as const;

/** Rows of THE TABLE on the age of events. predictions = count of the histogram + missing + unreadable, exactly; future ones count in both. */
export const FRESHNESS_METRICS = [
  m(
    'modelwatch_feature_age_seconds',
    'histogram',
    MODEL,
    "Time from the event that a prediction's features come from to the prediction.",
    DELAY_SECONDS_BUCKETS,
  ),
  m(
    'modelwatch_event_time_faults_total',
    'counter',
    [...MODEL, 'kind'],
    'Predictions whose event time was missing, was unreadable, or lay in the future by the clock here and counts as an age of 0.',
  ),
] as const;
