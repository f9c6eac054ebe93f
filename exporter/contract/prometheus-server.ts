import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { GeneratedFile } from '@modelwatch/core';
import { freePort } from '../bench/free-port.js';

/** A real Prometheus on a free port, scraping every second. */
export interface PrometheusServer {
  /** The vector that an expression yields now: value by the label asked for, or by '' where there is none. */
  query(expression: string, label: string): Promise<ReadonlyMap<string, number>>;
  alerts(): Promise<readonly Alert[]>;
  /** While it does not scrape, what was scraped stays in force for five minutes, and rules go on. */
  setScraping(scrapes: boolean): Promise<void>;
  /** Asks again and again until the answer is as wanted; gives the last answer where it never is. */
  until<Answer>(ask: () => Promise<Answer>, isWanted: (answer: Answer) => boolean): Promise<Answer>;
  close(): Promise<void>;
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}

const ATTEMPTS = 600;
const PAUSE_MILLISECONDS = 200;

/** Starts Debian's Prometheus with generated rules and the sidecars as targets. */
export async function startPrometheus(rules: readonly GeneratedFile[], targets: readonly string[]): Promise<PrometheusServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-prometheus-'));
  const names = rules.map(({ path: file }) => path.basename(file));
  // Groups that are recorded less often would be waited for for minutes.
  const oftenEvaluated = (text: string) => text.replace(/^( +interval: ).+$/gm, '$11s');
  await Promise.all(rules.map(({ text }, i) => writeFile(path.join(folder, names[i]!), oftenEvaluated(text))));
  const hosts = targets.map((url) => `'${new URL(url).host}'`).join(', ');
  const configure = (scrapeInterval: string) =>
    writeFile(
      path.join(folder, 'prometheus.yml'),
      `global: { scrape_interval: ${scrapeInterval}, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [${names.join(', ')}]
scrape_configs: [{ job_name: modelwatch, static_configs: [{ targets: [${hosts}] }] }]
`,
    );
  await configure('1s');
  const address = `127.0.0.1:${await freePort()}`;
  const options = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`];
  const server = spawn('prometheus', [...options, '--log.level=warn'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(server, 'exit');
  const get = async (route: string): Promise<unknown> => {
    const response = await fetch(`http://${address}/api/v1/${route}`);
    if (!response.ok) throw new Error(`Prometheus answered ${response.status} to ${route}`);
    return ((await response.json()) as { readonly data: unknown }).data;
  };
  const until: PrometheusServer['until'] = async (ask, isWanted) => {
    let answer = await ask();
    for (let attempt = 0; attempt < ATTEMPTS && !isWanted(answer); attempt++) {
      await pause(PAUSE_MILLISECONDS);
      answer = await ask();
    }
    return answer;
  };
  const close = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const ready = await until(
    () =>
      fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    (ok) => ok || server.exitCode !== null,
  );
  if (!ready) {
    await close();
    throw new Error('Prometheus did not become ready');
  }
  return {
    async query(expression, label) {
      const { result } = (await get(`query?query=${encodeURIComponent(expression)}`)) as {
        readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[];
      };
      return new Map(result.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));
    },
    async alerts() {
      return ((await get('alerts')) as { readonly alerts: readonly Alert[] }).alerts;
    },
    async setScraping(scrapes) {
      await configure(scrapes ? '1s' : '1h');
      server.kill('SIGHUP');
    },
    until,
    close,
  };
}
