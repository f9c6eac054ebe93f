import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { GeneratedFile } from '@modelwatch/core';
import { freePort } from '../free-port.js';

/** Debian's Prometheus on two cores, first without rules. */
export interface MeasuredPrometheus {
  readonly url: string;
  scrape(targets: readonly ScrapeTarget[], intervalSeconds: number, rules: readonly GeneratedFile[]): Promise<void>;
  /** What it says of itself: value by name and labels. */
  ownMetrics(): Promise<ReadonlyMap<string, number>>;
  query(expression: string): Promise<number>;
  close(): Promise<void>;
}

export interface ScrapeTarget {
  readonly host: string;
  readonly path: string;
  readonly instance: string;
}

const CORES = 2;
const LOOKBACK_SECONDS = 300;
const ATTEMPTS = 600;
const PAUSE_MILLISECONDS = 500;

/** `intervalSeconds` of the rules: what is recorded stays in sight until it is recorded again. */
export async function startMeasuredPrometheus(intervalSeconds: number): Promise<MeasuredPrometheus> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-rule-evaluation-'));
  const file = path.join(folder, 'prometheus.yml');
  await writeFile(file, 'global: { evaluation_interval: 1m }\n');
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const server = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder}/data`,
      '--storage.tsdb.retention.time=31d',
      `--web.listen-address=${address}`,
      `--query.lookback-delta=${Math.max(LOOKBACK_SECONDS, 2 * intervalSeconds)}s`,
      '--web.enable-lifecycle',
      '--web.enable-remote-write-receiver',
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, GOMAXPROCS: String(CORES) } },
  );
  const ended = once(server, 'exit');
  for (let attempt = 0; attempt < ATTEMPTS && !(await isReady(url)); attempt++) await pause(PAUSE_MILLISECONDS);
  return {
    url,
    async scrape(targets, intervalSeconds, rules) {
      await Promise.all(rules.map(({ path: name, text }) => writeFile(path.join(folder, path.basename(name)), text)));
      const jobs = targets.map(
        ({ host, path: metricsPath, instance }) =>
          `      - { targets: ['${host}'], labels: { __metrics_path__: '${metricsPath}', instance: '${instance}' } }`,
      );
      const text = [
        `global: { scrape_interval: ${intervalSeconds}s, scrape_timeout: ${Math.min(intervalSeconds, 10)}s, evaluation_interval: 1m }`,
        `rule_files: [${rules.map(({ path: name }) => path.basename(name)).join(', ')}]`,
        `scrape_configs:\n  - job_name: modelwatch\n    static_configs:\n${jobs.join('\n')}\n`,
      ].join('\n');
      await writeFile(file, text);
      const response = await fetch(`${url}/-/reload`, { method: 'POST' });
      if (!response.ok) throw new Error(`Prometheus does not take the configuration: ${await response.text()}`);
    },
    async ownMetrics() {
      const text = await (await fetch(`${url}/metrics`)).text();
      return new Map([...text.matchAll(/^([a-z_]+(?:\{.*\})?) (\S+)$/gm)].map(([, series, value]) => [series!, Number(value)]));
    },
    async query(expression) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { data } = (await response.json()) as {
        readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
      };
      return Number(data.result[0]?.value[1] ?? 0);
    },
    async close() {
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
