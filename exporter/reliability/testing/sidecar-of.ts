import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runSidecar, type SidecarProcess } from '../../contract/sidecar-process.js';
import { parsePage } from '../../contract/test-sidecar.js';
import { createClients, type Clients } from './clients.js';

/** A sidecar in a process of its own, with clients. */
export interface Running extends SidecarProcess {
  readonly address: string;
  readonly clients: Clients;
  series(): Promise<ReadonlyMap<string, number>>;
}

/** A folder with a configuration, in which sidecars are started one after the other. */
export interface Place {
  readonly folder: string;
  /** `before` are commands of a shell that becomes the sidecar, with `env` beside what it has. */
  start(before?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Running>;
  /** Kills what still runs and takes the folder away. */
  remove(): Promise<void>;
}

export async function makePlace(yaml: string): Promise<Place> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-promise-'));
  const file = path.join(folder, 'modelwatch.yaml');
  await writeFile(file, yaml);
  const started: Running[] = [];
  return {
    folder,
    async start(before = [], env = {}) {
      const sidecar = runSidecar(['--config', file, '--port', '0'], env, before);
      const address = await sidecar.url;
      const clients = createClients(address);
      const running = {
        ...sidecar,
        address,
        clients,
        series: async () => parsePage((await clients.send('/metrics'))!.body.toString()),
      };
      started.push(running);
      return running;
    },
    async remove() {
      for (const { clients, kill, end } of started) {
        clients.close();
        kill('SIGKILL');
        await end;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The sum of all series whose name and labels begin so. */
export function sumOf(series: ReadonlyMap<string, number>, prefix: string): number {
  let sum = 0;
  for (const [name, value] of series) if (name.startsWith(prefix)) sum += value;
  return sum;
}

/** Resident bytes of a process at their highest since `forgetPeak`; of Linux. */
export async function peakBytes(processId: number): Promise<number> {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${processId}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Of the main thread of a process, in seconds: what it ran, and what it was ready to run and waited for a processor. Of Linux; undefined where it does not tell. */
export async function scheduled(processId: number): Promise<{ readonly ran: number; readonly waited: number } | undefined> {
  const text = await readFile(`/proc/${processId}/task/${processId}/schedstat`, 'utf8').catch(() => undefined);
  const [ran, waited] = (text ?? '').split(' ').map((nanoseconds) => Number(nanoseconds) / 1e9);
  return ran !== undefined && waited !== undefined && ran > 0 ? { ran, waited } : undefined;
}

const PROBE = path.join(import.meta.dirname, 'loop-probe.mjs');
/** The environment of a sidecar that tells on stderr how long its event loop is held. */
export const WITH_LOOP_PROBE: Readonly<Record<string, string>> = { NODE_OPTIONS: `--import ${pathToFileURL(PROBE).href}` };

/** What the probe told of turns that ended between two moments: how long each held the loop, without the wait for a processor. */
export const loopHeldSeconds = (stderr: string, from: number, to: number): readonly number[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{"loopHeldSeconds":'))
    .map((line) => JSON.parse(line) as { readonly loopHeldSeconds: number; readonly at: number })
    .filter(({ at }) => at >= from && at <= to)
    .map((turn) => turn.loopHeldSeconds);

/** The highest resident memory of a process is what it has now. */
export async function forgetPeak(processId: number): Promise<void> {
  await writeFile(`/proc/${processId}/clear_refs`, '5');
}
