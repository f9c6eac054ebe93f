import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../bench/free-port.js';
import { answerOf, startRawUpstream } from '../../contract/raw-upstream.js';

const PIPELINE = path.join(import.meta.dirname, '..', '..', 'pipeline');
const SCRIPT = path.join(PIPELINE, 'feast_exchanges.py');
const START_SECONDS_MAX = 180;

/** A feature server with the temperature, gusts and sky of EWR, JFK and LGA. */
export interface FeatureServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A real Feast from PyPI in a virtual environment of its own, which goes with it. Undefined, and said loudly, where Python or PyPI is not to be
 * had.
 */
export async function startFeast(): Promise<FeatureServer | undefined> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-feast-'));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const bin = path.join(folder, 'venv', 'bin');
  try {
    const run = promisify(execFile);
    await run('python3', ['-m', 'venv', path.join(folder, 'venv')]);
    await run(path.join(bin, 'pip'), ['install', '--quiet', `feast==${await feastVersion()}`], { timeout: 900_000 });
  } catch (error) {
    await remove();
    process.stderr.write(`\nFEAST IS LEFT OUT: it cannot be installed here (${(error as Error).message.split('\n')[0]!})\n`);
    return undefined;
  }
  const port = await freePort();
  const child = spawn(path.join(bin, 'python'), [SCRIPT, '--serve', String(port)], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4000)));
  const ended = once(child, 'exit');
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
    await remove();
  };
  const url = `http://127.0.0.1:${port}`;
  for (let second = 0; !(await isHealthy(url)); second++) {
    if (child.exitCode === null && second < START_SECONDS_MAX) await pause(1000);
    else {
      await close();
      throw new Error(`Feast does not serve:\n${log}`);
    }
  }
  return { url, close };
}

/** What that server was recorded to answer, on a socket: the same questions take seconds. */
export async function startRecordedFeast(): Promise<FeatureServer> {
  const { cases } = JSON.parse(await readFile(path.join(PIPELINE, 'testdata', 'feast-exchanges.json'), 'utf8')) as {
    readonly cases: readonly { readonly request: object; readonly answer: { readonly status: number; readonly body: string } }[];
  };
  return startRawUpstream((socket, { body }) => {
    const known = cases.find(({ request }) => JSON.stringify(request) === body.toString());
    socket.write(
      known === undefined ? answerOf('404 Not Found', []) : answerOf(`${known.answer.status} as recorded`, [], known.answer.body),
    );
  });
}

/** The version that the recorded answers are of. */
async function feastVersion(): Promise<string> {
  return /^VERSION = "([\d.]+)"$/m.exec(await readFile(SCRIPT, 'utf8'))![1]!;
}

const isHealthy = (url: string) =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
