import { metricRow as m } from './metric-description.js';

/** From a minute to a week: what a training job or an incident takes. */
export const EVENT_SECONDS_BUCKETS = [60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800] as const;

const KIND = ['model', 'kind'] as const;

/** Rows of THE TABLE on the log of events. */
export const EVENT_METRICS = [
  m(
    'modelwatch_log_events_total',
    'counter',
    KIND,
    'Events told to the log of events (deploy, promotion, rollback, retrain, training_job, ...), each once; those of all models under __all__.',
  ),
  m('modelwatch_log_events_ended_total', 'counter', [...KIND, 'outcome'], 'Events of the log that succeeded or failed.'),
  m(
    'modelwatch_log_event_duration_seconds',
    'histogram',
    KIND,
    'Time from beginning to end of events whose end is known: of a retrain, a training job, an incident.',
    EVENT_SECONDS_BUCKETS,
  ),
  m(
    'modelwatch_log_event_timestamp_seconds',
    'gauge',
    KIND,
    'When the latest event of its kind began that neither failed nor is under way, in seconds since the epoch.',
  ),
  m(
    'modelwatch_log_events_running',
    'gauge',
    KIND,
    'Events of the log that are under way: told as running and of no end, or begun and of an end that is yet to come, such as a maintenance window.',
  ),
  m(
    'modelwatch_log_event_running_timestamp_seconds',
    'gauge',
    KIND,
    'When the first of those that are under way began, in seconds since the epoch.',
  ),
] as const;
