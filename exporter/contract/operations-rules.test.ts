import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVENT_SECONDS_BUCKETS, seededRandom } from '@modelwatch/core';
import { createHistogramCounts, observe } from '../store/index.js';
import { hasProgram, runProgram } from './debian-program.js';
import { agrees, writeTest } from './rule-expectations.js';
import { jobsOf, trainingExpectations, type Job } from './training-jobs.js';
import { onInstance } from './two-replicas.js';

/* A month of events, told to two replicas; what the rules make of their counters is compared with what the events themselves come to. */

const recording = path.join(import.meta.dirname, '..', '..', 'alert-rules', 'recording.yaml');
const withPromtool = hasProgram('promtool') ? describe : describe.skip;
const MONTH_SECONDS = 30 * 86_400;

/** Counters of a replica at the end of the month. */
function exported(jobs: readonly Job[], rollbacks: number, failedRollbacks: number): readonly (readonly [string, number])[] {
  const rows: (readonly [string, number])[] = [];
  for (const kind of ['retrain', 'training_job'] as const) {
    const ofKind = jobs.filter((job) => job.kind === kind);
    const duration = createHistogramCounts(EVENT_SECONDS_BUCKETS);
    for (const { seconds } of ofKind) observe(duration, EVENT_SECONDS_BUCKETS, seconds);
    for (const outcome of ['succeeded', 'failed']) {
      const count = ofKind.filter((job) => job.outcome === outcome).length;
      rows.push([`modelwatch_log_events_ended_total{model="m",kind="${kind}",outcome="${outcome}"}`, count]);
    }
    let below = 0;
    [...EVENT_SECONDS_BUCKETS, '+Inf'].forEach((bound, i) => {
      rows.push([`modelwatch_log_event_duration_seconds_bucket{model="m",kind="${kind}",le="${bound}"}`, (below += duration.counts[i]!)]);
    });
  }
  rows.push(['modelwatch_log_events_total{model="m",kind="rollback"}', rollbacks]);
  rows.push(['modelwatch_log_events_total{model="m",kind="deploy"}', 7]);
  rows.push(['modelwatch_log_events_ended_total{model="m",kind="rollback",outcome="failed"}', failedRollbacks]);
  return rows;
}

withPromtool('the recording rules of operations', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-operations-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function evaluate(replicas: readonly (readonly (readonly [string, number])[])[], tests: readonly object[]) {
    const counters = replicas.flatMap((rows, i) =>
      rows.map(([series, value]) => ({ series: onInstance(series, `r${i}`), values: `0 0 ${value}x718` })),
    );
    const times = [
      ['deploy', MONTH_SECONDS - 7200],
      ['rollback', MONTH_SECONDS - 600],
      ['incident', MONTH_SECONDS - 60],
    ].map(([kind, at]) => ({
      series: `modelwatch_log_event_timestamp_seconds{instance="r0",model="m",kind="${kind}"}`,
      values: `${at}x720`,
    }));
    const test = { interval: '1h', input_series: [...counters, ...times], promql_expr_test: tests };
    const file = path.join(folder, 'test.yaml');
    await writeTest(file, recording, '30d', [test]);
    return runProgram('promtool', ['test', 'rules', file]);
  }
  const isNear = ([series, value]: readonly [string, number]) => ({
    expr: agrees(series, value),
    eval_time: '30d',
    exp_samples: [{ labels: '{}', value: 1 }],
  });

  it.each([1, 2])('say what the events of all replicas come to, seed %p', async (seed) => {
    const random = seededRandom(seed);
    const jobs = [jobsOf(70, random), jobsOf(30, random)];
    const all = jobs.flat();
    const expected: readonly (readonly [string, number])[] = [
      ...trainingExpectations(all, 'm'),
      ['model:modelwatch_rollbacks:30d{model="m"}', 3],
      ['model:modelwatch_since_deploy_seconds{model="m"}', 600],
    ];
    const replicas = [exported(jobs[0]!, 3, 1), exported(jobs[1]!, 1, 0)];
    expect(await evaluate(replicas, expected.map(isNear))).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
    expect((await evaluate(replicas, [isNear([expected[2]![0], expected[2]![1] + 1])])).code).toBe(1);
  });

  it('say nothing of training where none has ended', async () => {
    const silent = ['training_failure_ratio', 'training_duration_seconds_p95'].map((name) => ({
      expr: `model:modelwatch_${name}:30d`,
      eval_time: '30d',
      exp_samples: [],
    }));
    expect(await evaluate([exported([], 0, 0)], silent)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  });
});
