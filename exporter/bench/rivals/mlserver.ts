import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { freePort } from '../free-port.js';
import { stopProcess, type ServerProcess } from '../server-process.js';
import { MODEL_FILE } from './session.js';

/** A virtual environment with what `rivals/mlserver/requirements.txt` names; MLServer takes part where it is given. */
export const MLSERVER_VENV = process.env['MODELWATCH_BENCH_MLSERVER'];

const FOLDER = fileURLToPath(new URL('../../../bench/rivals/mlserver', import.meta.url));
const START_SECONDS_MAX = 60;
const LOOK_MILLISECONDS = 250;
const LOG_CHARACTERS_MAX = 4000;

/** Starts MLServer as its documentation tunes it for a small model: no worker processes, no metrics. */
export async function startMlserver(venv: string): Promise<ServerProcess> {
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(path.resolve(venv, 'bin', 'mlserver'), ['start', FOLDER], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      PATH: `${path.resolve(venv, 'bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
      PYTHONDONTWRITEBYTECODE: '1',
      MODELWATCH_BENCH_MODEL: MODEL_FILE,
      MLSERVER_HOST: '127.0.0.1',
      MLSERVER_HTTP_PORT: String(http),
      MLSERVER_GRPC_PORT: String(grpc),
      MLSERVER_METRICS_PORT: String(metrics),
      MLSERVER_METRICS_ENDPOINT: '',
      MLSERVER_PARALLEL_WORKERS: '0',
      MLSERVER_DEBUG: 'false',
    },
  });
  // It logs there; shown only where it fails.
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-LOG_CHARACTERS_MAX);
  });
  const url = `http://127.0.0.1:${http}`;
  const stop = (): Promise<void> => stopProcess(child);
  for (const deadline = performance.now() + START_SECONDS_MAX * 1000; !(await isReady(url)); await sleep(LOOK_MILLISECONDS)) {
    if (child.exitCode !== null) throw new Error(`MLServer ended before it was ready:\n${log}`);
    if (performance.now() < deadline) continue;
    await stop();
    throw new Error(`MLServer was not ready after ${START_SECONDS_MAX} s:\n${log}`);
  }
  return { url, processId: child.pid!, stop };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/v2/models/boosting/ready`);
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
