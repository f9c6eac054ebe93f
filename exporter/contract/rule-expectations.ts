import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Reading } from '@modelwatch/core';
import { parse, stringify } from 'yaml';
import { runProgram, type ProgramResult } from './debian-program.js';
import type { InputSeries } from './two-replicas.js';

/** How far a rule's value may lie from the core's. */
export const TOLERANCE = 1e-6;

/** An expression that is 1 where a series has the value, and absent otherwise. */
export const agrees = (series: string, value: number): string => `count(abs(${series} - ${value}) <= ${TOLERANCE})`;

export function valueOf(reading: Reading): number {
  if (reading.kind !== 'measured') throw new Error(`a value was expected, got ${reading.reason}`);
  return reading.value;
}

export function criticalOf(reading: Reading): number {
  if (reading.kind !== 'measured' || reading.criticalValue === undefined) throw new Error('a critical value was expected');
  return reading.criticalValue;
}

/** The quantile of values of which only the bucket is known: linear within it, as Prometheus documents `histogram_quantile`. */
export function bucketQuantile(values: readonly number[], q: number, bounds: readonly number[]): number {
  const rank = q * values.length;
  const atMost = (bound: number) => values.filter((value) => value <= bound).length;
  const upper = bounds.find((bound) => atMost(bound) >= rank)!;
  const lower = bounds[bounds.indexOf(upper) - 1] ?? 0;
  return lower + ((upper - lower) * (rank - atMost(lower))) / (atMost(upper) - atMost(lower));
}

/** A test of promtool: a series has the value at the end of the hour, within the tolerance; or, without a value, is absent. */
export const atTheHour = (series: string, value?: number) =>
  value === undefined
    ? { expr: series, eval_time: '1h', exp_samples: [] }
    : { expr: agrees(series, value), eval_time: '1h', exp_samples: [{ labels: '{}', value: 1 }] };

const recording = path.join(import.meta.dirname, '..', '..', 'alert-rules', 'recording.yaml');

/** Writes a test file of promtool. Its groups are evaluated in the order of the rule file, in which a group stands after those that it reads: without an order promtool takes them at random, and a rule of another group may miss what has just been recorded. */
export async function writeTest(file: string, rules: string, every: string, tests: readonly object[]): Promise<void> {
  const { groups } = parse(await readFile(rules, 'utf8')) as { readonly groups: readonly { readonly name: string }[] };
  const settings = { rule_files: [rules], evaluation_interval: every, group_eval_order: groups.map(({ name }) => name), tests };
  await writeFile(file, stringify(settings, { lineWidth: 0 }));
}

/** Evaluates the shipped recording rules once, at the end of an hour that was scraped every minute, and lets promtool judge the tests. */
export async function evaluateRecordings(scraped: readonly InputSeries[], tests: readonly object[]): Promise<ProgramResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-rules-'));
  try {
    const file = path.join(folder, 'test.yaml');
    const test = { interval: '1m', input_series: scraped, promql_expr_test: tests };
    await writeTest(file, recording, '1h', [test]);
    return await runProgram('promtool', ['test', 'rules', file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
