import { parenthesised, summedIncrease } from '../promql.js';
import type { Select } from '../selector.js';
import type { RecordingFamily } from './recording-family.js';

const TRAINING = 'kind=~"retrain|training_job"';
const DEPLOYS = 'kind=~"deploy|promotion|rollback"';
const MONTH = '30d';

/** Counters of the log as they stood every few minutes. */
const ENDED = 'job_instance_model_kind_outcome:modelwatch_log_events_ended:sampled';
const BEGUN = 'job_instance_model_kind:modelwatch_log_events:sampled';
const BUCKETS = 'job_instance_model_kind_le:modelwatch_log_event_duration_seconds_bucket:sampled';

/**
 * What a month is counted from. A counter that is scraped every 15 seconds has 172,800 samples in it, and events come a few a day: its value every few
 * minutes says as much, restarts included, and is a sixteenth of the reading.
 */
export const eventCounters: RecordingFamily = {
  name: 'event-counters',
  help: 'Counters of the log of events as they stood every few minutes, each of one replica: what a month is counted from.',
  windows: () => [MONTH],
  rules: ({ select }) => [
    { record: ENDED, expr: select('modelwatch_log_events_ended_total', 'kind=~"retrain|training_job|rollback"') },
    { record: BEGUN, expr: select('modelwatch_log_events_total', 'kind="rollback"') },
    { record: BUCKETS, expr: select('modelwatch_log_event_duration_seconds_bucket', TRAINING) },
  ],
};

/** What the log of events tells of a model in a month: training and rollbacks. Summed over replicas: an event is told to one of them. */
export const operations: RecordingFamily = {
  name: 'operations',
  help: 'Training jobs that ended, the share that failed and how long they took; rollbacks.',
  windows: () => [MONTH],
  rules({ window, select }) {
    const ended = (...matchers: string[]) => summedIncrease('model', select(ENDED, ...matchers), window);
    const buckets = `model_le:modelwatch_training_duration_seconds_bucket:increase${window}`;
    const name = (metric: string) => `model:modelwatch_${metric}:${window}`;
    // The quantile of no jobs is NaN, which is not >= 0.
    const quantile = (q: number) => `histogram_quantile(${q}, ${select(buckets)}) >= 0`;
    return [
      { record: name('training_ended'), expr: ended(TRAINING) },
      {
        record: name('training_failure_ratio'),
        expr: `${ended(TRAINING, 'outcome="failed"')}\n/\n(${select(name('training_ended'))} > 0)`,
      },
      { record: buckets, expr: summedIncrease('model, le', select(BUCKETS), window) },
      { record: name('training_duration_seconds_p50'), expr: quantile(0.5) },
      { record: name('training_duration_seconds_p95'), expr: quantile(0.95) },
      {
        record: name('rollbacks'),
        expr: `${summedIncrease('model', select(BEGUN), window)}\n-\n${parenthesised(ended('kind="rollback"', 'outcome="failed"'))}`,
      },
    ];
  },
};

/** How long ago what is served came: at every evaluation, for the warm-up of a deploy begins with it. */
export const deploys: RecordingFamily = {
  name: 'deploys',
  help: 'Time since the latest deploy, promotion or rollback.',
  windows: () => [NOW],
  rules: ({ select }) => [{ record: 'model:modelwatch_since_deploy_seconds', expr: sinceDeploy(select) }],
};

/** Nothing is read over a time; Prometheus looks back so far for a sample. */
const NOW = '5m';

const sinceDeploy = (select: Select): string =>
  `clamp_min(time() - max by (model) (${select('modelwatch_log_event_timestamp_seconds', DEPLOYS)}), 0)`;
