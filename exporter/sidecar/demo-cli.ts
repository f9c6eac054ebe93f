import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import type { Output } from '../config/check-command.js';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../node-flags.js';
import { asPort } from './as-port.js';
import { CUT_SHORT, DRAINING, SAME_SIGNAL_SECONDS, STOPPED } from './signals.js';

/** A month of flights a minute: the first drift shows within a minute, the whole file takes nine. */
const SPEED = String((30 * 86_400) / 60);

/** The example's data lie beside the sources; the built program lies one folder deeper. */
const FLIGHTS = fileURLToPath(
  new URL(/[\\/]dist[\\/]/.test(import.meta.url) ? '../../examples/flights/' : '../examples/flights/', import.meta.url),
);

interface Flags {
  readonly port: number;
  readonly speed: string;
}

/** Adds `modelwatch demo`: the flights example, served, watched and replayed. */
export function addDemoCommand(program: Command, output: Output, exit: (code: number) => void): void {
  program
    .command('demo')
    .summary('run the flights example: a model that is served, watched and sent nine months of flights')
    .description(
      'Serves the flights example, watches it, and replays nine months of flights through it, until Ctrl-C.\n' +
        'Exit code: 0; otherwise that of the sidecar, as `modelwatch run` has it.',
    )
    .option('--port <port>', 'port to listen on; 0 takes a free one', asPort, 9810)
    .option('--speed <factor>', 'seconds of the file that pass in one second', SPEED)
    .action(async (flags: Flags) => {
      // Each demo begins with nothing, as the ids of a flight are the same every time, and two of them are not in each other's way.
      const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-demo-'));
      try {
        exit(await demo(flags, folder, output));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
}

async function demo({ port, speed }: Flags, folder: string, { stdout, stderr }: Output): Promise<number> {
  const config = path.join(FLIGHTS, 'modelwatch.yaml');
  const places = ['--store', path.join(folder, 'flights.db'), '--models', path.join(folder, 'models')];
  const sidecar = spawnSelf(['run', '--config', config, '--port', String(port), ...places], ['ignore', 'pipe', 'pipe']);
  // Passed on, so that it is no terminal to the sidecar: how it ends is said here.
  sidecar.stderr!.on('data', (chunk: Buffer) => stderr.write(chunk.toString()));
  const sidecarEnd = once(sidecar, 'close');
  const stopping = stopOnSignal(sidecar, stdout);
  const url = await listeningUrl(sidecar, stderr);
  if (url === undefined) {
    await sidecarEnd;
    // Before it listened there was nothing to drain.
    return stopping.since === undefined ? (sidecar.exitCode ?? 1) || 1 : saidHow(true, stdout);
  }
  stdout.write(welcome(url));
  const columns = ['--ground-truth-column', 'late', '--ground-truth-time-column', 'ground_truth_time'];
  const replay = spawnSelf(
    ['replay', path.join(FLIGHTS, 'live.csv'), '--url', url, '--model', 'flights-late', '--speed', speed, ...columns],
    ['ignore', 'inherit', 'inherit'],
  );
  void sidecarEnd.then(() => replay.kill('SIGTERM'));
  await once(replay, 'exit');
  if (stopping.since === undefined && sidecar.exitCode === null && sidecar.signalCode === null)
    stdout.write(`\nAll flights are through. The sidecar goes on at ${url}; Ctrl-C ends it.\n`);
  await sidecarEnd;
  // A signal that ended it has no code, and no drain was through.
  const code = sidecar.exitCode ?? 1;
  return stopping.since === undefined ? code : saidHow(code === 0, stdout);
}

interface Stopping {
  /** When it was asked for, by the monotonic clock; undefined before. */
  readonly since: number | undefined;
}

function saidHow(isDrained: boolean, stdout: Output['stdout']): 0 | 1 {
  stdout.write(isDrained ? STOPPED : CUT_SHORT);
  return isDrained ? 0 : 1;
}

/** The first Ctrl-C drains the sidecar, a second one ends it at once. */
function stopOnSignal(sidecar: ChildProcess, stdout: Output['stdout']): Stopping {
  const stopping: { since: number | undefined } = { since: undefined };
  const stop = () => {
    const now = systemClock.monotonicSeconds();
    if (stopping.since === undefined) {
      stopping.since = now;
      stdout.write(`\n${DRAINING}`);
      sidecar.kill('SIGTERM');
    } else if (now - stopping.since > SAME_SIGNAL_SECONDS) {
      sidecar.kill('SIGKILL');
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return stopping;
}

/** Another process of this very program, under the flags of its first line. */
function spawnSelf(args: readonly string[], stdio: ['ignore', 'pipe' | 'inherit', 'pipe' | 'inherit']): ChildProcess {
  return spawn(process.execPath, [...NODE_FLAGS, process.argv[1]!, ...args], { stdio, env: { ...process.env, ...NODE_ENVIRONMENT } });
}

/** Waits for the sidecar to say where it listens. Its warnings and errors are shown, the rest is not worth a newcomer's time. */
async function listeningUrl(sidecar: ChildProcess, stderr: Output['stderr']): Promise<string | undefined> {
  const lines = createInterface({ input: sidecar.stdout! });
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const { level, msg, url } = parseLogLine(line);
      if (msg === 'listening') resolve(url);
      else if (level === 'warn' || level === 'error' || level === 'fatal') stderr.write(`${line}\n`);
    });
    sidecar.once('exit', () => {
      resolve(undefined);
    });
  });
}

function parseLogLine(line: string): { readonly level?: string; readonly msg?: string; readonly url?: string } {
  try {
    return JSON.parse(line) as { readonly level?: string; readonly msg?: string; readonly url?: string };
  } catch {
    return {};
  }
}

const welcome = (url: string): string => `
Modelwatch serves a model that says whether a flight from New York will be late, and watches it.
Nine months of 2013 are replayed, a month a minute: predictions as the planes leave, ground truth as they land.

  ${url}/         what is watched
  ${url}/metrics  everything Prometheus reads

Within a minute, for instance:
  curl -s ${url}/metrics | grep -E 'local_psi\\{|local_(accuracy|auc)_ratio|ground_truth_joined'
  node exporter/dist/main.js registry list --url ${url}

Ctrl-C ends it.

`;
