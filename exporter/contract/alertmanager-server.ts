import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../bench/free-port.js';

/** A real Alertmanager of Debian's packages on a free port of loopback, alone in its cluster. */
export interface AlertmanagerServer {
  /** Alerts as Prometheus sends them; they are held for an hour, unless their end is told. */
  send(alerts: readonly Readonly<Record<string, string>>[], times?: AlertTimes): Promise<void>;
  /** Names of the alerts that are told, and of those that others silence. */
  told(): Promise<{ readonly told: readonly string[]; readonly silenced: readonly string[] }>;
  /** Messages that would be sent: names of alerts by the labels that they are grouped by. */
  groups(): Promise<readonly (readonly [labels: string, alerts: readonly string[]])[]>;
  close(): Promise<void>;
}

/** As RFC 3339. */
export interface AlertTimes {
  readonly startsAt?: string;
  readonly endsAt?: string;
}

const PROGRAM = 'prometheus-alertmanager';
const ATTEMPTS = 300;
const PAUSE_MILLISECONDS = 100;

interface HeldAlert {
  readonly labels: { readonly alertname: string };
  readonly status: { readonly inhibitedBy: readonly string[] };
}

interface HeldGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly alerts: readonly HeldAlert[];
}

export async function startAlertmanager(configuration: string): Promise<AlertmanagerServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-alertmanager-'));
  const file = path.join(folder, 'alertmanager.yml');
  await writeFile(file, configuration);
  const address = `127.0.0.1:${await freePort()}`;
  const options = [
    `--config.file=${file}`,
    `--storage.path=${folder}/data`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ];
  const server = spawn(PROGRAM, [...options, '--log.level=error'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(server, 'exit');
  const url = `http://${address}/api/v2/alerts`;
  await answering(`http://${address}/-/ready`);
  return {
    async send(alerts, times = {}) {
      const held = { endsAt: new Date(Date.now() + 3_600_000).toISOString(), ...times };
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts.map((labels) => ({ labels, ...held }))),
      });
      if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`);
    },
    async told() {
      const held = (await (await fetch(url)).json()) as readonly HeldAlert[];
      const names = (inhibited: boolean) =>
        held
          .filter(({ status }) => status.inhibitedBy.length > 0 === inhibited)
          .map(({ labels }) => labels.alertname)
          .toSorted();
      return { told: names(false), silenced: names(true) };
    },
    async groups() {
      const groups = (await (await fetch(`${url}/groups`)).json()) as readonly HeldGroup[];
      const read = groups.map(
        ({ labels, alerts }) => [Object.values(labels).join(' '), alerts.map((alert) => alert.labels.alertname).toSorted()] as const,
      );
      return read.toSorted(([one], [other]) => (one < other ? -1 : 1));
    },
    async close() {
      server.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await pause(PAUSE_MILLISECONDS);
  }
  throw new Error(`${PROGRAM} does not answer`);
}
