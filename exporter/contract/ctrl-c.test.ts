import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { builtFile } from '../built-file.js';
import { NODE_ENVIRONMENT } from '../node-flags.js';
import { until } from './test-sidecar.js';

/* `modelwatch run` in a terminal, with its log in a file: `script` is that terminal, and what is written to it is typed. */

const MAIN = builtFile(import.meta.url, '../main.js');
const DRAINING = 'Draining: requests under way are answered, what was watched is written. Ctrl-C again ends it at once.';
const CTRL_C = '\x03';

let folder: string;
/** Answers whether it is ready, and no request. */
let upstream: http.Server;
let held = 0;
let terminal: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-test-'));
  upstream = http.createServer((request, response) => {
    if (request.method === 'POST') held++;
    else response.end();
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  await writeFile(
    path.join(folder, 'modelwatch.yaml'),
    `server: { drainTimeout: 5m }
store: { path: ':memory:' }
models: [{ name: m, champion: { version: '1', upstream: { url: 'http://127.0.0.1:${(upstream.address() as AddressInfo).port}', deadline: 5m } } }]
`,
  );
});

afterAll(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await rm(folder, { recursive: true });
});

/* A sidecar that a failed test has left does not end with its terminal: what that sends is SIGHUP. */
afterEach(async () => {
  if (terminal?.exitCode !== null) return;
  process.kill(Number(await readFile(path.join(folder, 'process-id'), 'utf8')), 'SIGKILL');
});

async function runInTerminal(name: string) {
  const log = path.join(folder, `${name}.log`);
  const command = `echo $$ > ${folder}/process-id; exec ${process.execPath} ${MAIN} run --config ${folder}/modelwatch.yaml --port 0 > ${log}`;
  const started = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...process.env, ...NODE_ENVIRONMENT },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  terminal = started;
  started.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const end = once(started, 'close').then(([code]) => ({ code: code as number, shown: shown.replaceAll('\r', '') }));
  let url = '';
  await until(async () => {
    url = /"url":"([^"]+)"/.exec(await readFile(log, 'utf8').catch(() => ''))?.[1] ?? '';
    return url !== '';
  });
  return {
    url,
    end,
    type: (text: string) => void started.stdin.write(text),
    shows: (text: string) => until(() => Promise.resolve(shown.includes(text))),
  };
}

describe('Ctrl-C in a terminal whose log goes elsewhere', () => {
  it('says that it drains, and that it stopped', async () => {
    const { type, end } = await runInTerminal('drained');
    type(CTRL_C);
    expect(await end).toEqual({ code: 0, shown: `^C${DRAINING}\nStopped.\n` });
  }, 60_000);

  it('ends at once the second time, whatever is under way', async () => {
    const { url, type, shows, end } = await runInTerminal('cut-short');
    const unanswered = fetch(`${url}/v2/models/m/infer`, { method: 'POST', body: '{}' });
    unanswered.catch(() => undefined);
    await until(() => Promise.resolve(held === 1));
    type(CTRL_C);
    await shows(DRAINING);
    // As slowly as nobody's fingers are: two signals of one Ctrl-C come closer together.
    await new Promise((resolve) => setTimeout(resolve, 500));
    type(CTRL_C);
    const { code, shown } = await end;
    expect([code, shown.replaceAll('^C', '')]).toEqual([1, `${DRAINING}\nStopped before it had drained.\n`]);
    await expect(unanswered).rejects.toThrow();
  }, 60_000);
});
