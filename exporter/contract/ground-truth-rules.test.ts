import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hasProgram, runProgram } from './debian-program.js';
import { writeTest } from './rule-expectations.js';

const recording = path.join(import.meta.dirname, '..', '..', 'alert-rules', 'recording.yaml');
const LABELS = 'model="m",version="1",role="champion"';

(hasProgram('promtool') ? describe : describe.skip)('the recording rules of ground truth', () => {
  it('say which share of predictions met theirs over both replicas, and how old the newest is', async () => {
    const counters = { joined: ['0+3x60', '0+1x60'], expired: ['0+1x60', '0+0x60'] };
    const scraped = Object.entries(counters).flatMap(([metric, values]) =>
      values.map((each, i) => ({ series: `modelwatch_ground_truth_${metric}_total{instance="${'ab'[i]!}",${LABELS}}`, values: each })),
    );
    const newest = ['3000x60', '100x60'].map((values, i) => ({
      series: `modelwatch_ground_truth_newest_timestamp_seconds{instance="${'ab'[i]!}",model="m"}`,
      values,
    }));
    const of = (metric: string) => `model_version_role:modelwatch_ground_truth_${metric}:1h{${LABELS}}`;
    const expected = [
      [of('waits_ended'), 300],
      [of('join_ratio'), 0.8],
      [of('expiry_ratio'), 0.2],
      ['model:modelwatch_ground_truth_age_seconds:1h{model="m"}', 600],
    ] as const;
    const test = {
      interval: '1m',
      input_series: [...scraped, ...newest],
      promql_expr_test: expected.map(([series, value]) => ({ expr: series, eval_time: '1h', exp_samples: [{ labels: series, value }] })),
    };
    const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-ground-truth-'));
    const file = path.join(folder, 'test.yaml');
    await writeTest(file, recording, '1h', [test]);
    expect(await runProgram('promtool', ['test', 'rules', file])).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
    await rm(folder, { recursive: true });
  });
});
