import { EVENT_SECONDS_BUCKETS } from '@modelwatch/core';
import { bucketQuantile } from './rule-expectations.js';

/** A training job as the log has it. */
export interface Job {
  readonly kind: 'retrain' | 'training_job';
  readonly outcome: 'succeeded' | 'failed';
  readonly seconds: number;
}

export const jobsOf = (count: number, random: () => number): readonly Job[] =>
  Array.from({ length: count }, () => ({
    kind: random() < 0.5 ? 'retrain' : 'training_job',
    outcome: random() < 0.2 ? 'failed' : 'succeeded',
    seconds: 120 * 10 ** (2 * random()),
  }));

/** What the recorded series of a month must say of jobs that ended in it. */
export function trainingExpectations(jobs: readonly Job[], model: string): readonly (readonly [series: string, value: number])[] {
  const of = (metric: string) => `model:modelwatch_training_${metric}:30d{model="${model}"}`;
  const seconds = jobs.map((job) => job.seconds);
  return [
    [of('ended'), jobs.length],
    [of('failure_ratio'), jobs.filter(({ outcome }) => outcome === 'failed').length / jobs.length],
    [of('duration_seconds_p50'), bucketQuantile(seconds, 0.5, EVENT_SECONDS_BUCKETS)],
    [of('duration_seconds_p95'), bucketQuantile(seconds, 0.95, EVENT_SECONDS_BUCKETS)],
  ];
}
