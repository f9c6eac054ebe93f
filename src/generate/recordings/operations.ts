import { parenthesised, summedIncrease } from '../promql.js';
import type { RecordingFamily } from './recording-family.js';

const TRAINING = 'kind=~"retrain|training_job"';
const DEPLOYS = 'kind=~"deploy|promotion|rollback"';

/**
 * What the log of events tells of a model in a month: training, rollbacks, and how long ago what is served came. Summed over replicas: an event is
 * told to one of them.
 */
export const operations: RecordingFamily = {
  name: 'operations',
  help: 'Training jobs that ended, the share that failed and how long they took; rollbacks; time since the latest deploy, promotion or rollback.',
  windows: () => ['30d'],
  rules({ window, select }) {
    const ended = (...matchers: string[]) => summedIncrease('model', select('modelwatch_log_events_ended_total', ...matchers), window);
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
      {
        record: buckets,
        expr: summedIncrease('model, le', select('modelwatch_log_event_duration_seconds_bucket', TRAINING), window),
      },
      { record: name('training_duration_seconds_p50'), expr: quantile(0.5) },
      { record: name('training_duration_seconds_p95'), expr: quantile(0.95) },
      {
        record: name('rollbacks'),
        expr: `${summedIncrease('model', select('modelwatch_log_events_total', 'kind="rollback"'), window)}\n-\n${parenthesised(ended('kind="rollback"', 'outcome="failed"'))}`,
      },
      {
        record: 'model:modelwatch_since_deploy_seconds',
        expr: `clamp_min(time() - max by (model) (${select('modelwatch_log_event_timestamp_seconds', DEPLOYS)}), 0)`,
      },
    ];
  },
};
