import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import type { Config } from '@modelwatch/core';
import { systemClock, type Clock } from '../clock.js';
import { formatFaults, loadConfig } from '../config/index.js';
import { startSidecar, type Sidecar } from '../sidecar/start-sidecar.js';
import { startTracing } from '../telemetry/tracing.js';

export const MODELS = path.join(import.meta.dirname, '..', 'models', 'testdata');
export const FLIGHTS = path.join(import.meta.dirname, '..', 'examples', 'flights');

/** A sidecar in this process on a free port, with a folder of its own that goes when it is closed. */
export interface TestSidecar {
  readonly url: string;
  readonly folder: string;
  readonly sidecar: Sidecar;
  /** The value of a series by its whole name, labels as they stand on the page; undefined where there is no such series. */
  series(name: string): Promise<number | undefined>;
  /** All series whose name begins so, by name. */
  seriesOf(prefix: string): Promise<ReadonlyMap<string, number>>;
  post(path: string, body: string | Buffer, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Reads a configuration as `run` does. */
  configOf(yaml: string): Promise<Config>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  json(): unknown;
}

/** Starts a sidecar with a configuration in YAML; `server.port` and `store.path` are filled in unless given. */
export async function startTestSidecar(
  yaml: string,
  options: {
    readonly clock?: Clock;
    readonly files?: Readonly<Record<string, string>>;
    /** Gets every line of the log. */
    readonly log?: (line: string) => void;
  } = {},
): Promise<TestSidecar> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-test-'));
  for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(path.join(folder, name), text);
  const configOf = async (text: string): Promise<Config> => {
    const file = path.join(folder, 'modelwatch.yaml');
    await writeFile(file, text);
    const loaded = await loadConfig(file, { files: 'served' });
    if (!loaded.ok) throw new Error(formatFaults(loaded.faults));
    return { ...loaded.value, server: { ...loaded.value.server, port: 0 } };
  };
  const sidecar = await startSidecar({
    config: await configOf(yaml),
    version: '0.0.0-test',
    clock: options.clock ?? systemClock,
    logger: options.log === undefined ? pino({ level: 'silent' }) : pino({ level: 'trace' }, { write: options.log }),
    tracing: await startTracing({}),
  });
  const { url } = sidecar;
  const page = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
  return {
    url,
    folder,
    sidecar,
    configOf,
    async series(name) {
      return parsePage(await page()).get(name);
    },
    async seriesOf(prefix) {
      return new Map([...parsePage(await page())].filter(([name]) => name.startsWith(prefix)));
    },
    async post(route, body, headers = { 'content-type': 'application/json' }) {
      return answerOf(await fetch(url + route, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers }));
    },
    async close() {
      await sidecar.drain();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body, json: () => JSON.parse(body.toString()) as unknown };
}

/** The series of a scrape by name and labels. */
export function parsePage(text: string): ReadonlyMap<string, number> {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.lastIndexOf(' ');
    series.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return series;
}

/** What became of the requests of a model: received = answered + failed + shed + in flight, exactly. */
export interface Accounts {
  readonly received: number;
  readonly answered: number;
  readonly failed: number;
  readonly shed: number;
  readonly inFlight: number;
}

export async function accountsOf(sidecar: Pick<TestSidecar, 'seriesOf'>, model: string): Promise<Accounts> {
  return accountsIn(await sidecar.seriesOf('modelwatch_requests_'), model);
}

/** The same of a scrape that is there already. */
export function accountsIn(series: ReadonlyMap<string, number>, model: string): Accounts {
  const sum = (name: string) =>
    [...series].reduce((total, [key, value]) => total + (key.startsWith(`modelwatch_requests_${name}{model="${model}",`) ? value : 0), 0);
  return {
    received: sum('received_total'),
    answered: sum('answered_total'),
    failed: sum('failed_total'),
    shed: sum('shed_total'),
    inFlight: sum('in_flight'),
  };
}

/** Asks again and again until it is so, for a minute at most. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (await isSo()) return;
    await pause(50);
  }
  throw new Error('what a test waits for did not come to be within a minute');
}
