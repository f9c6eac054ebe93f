import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { builtFile } from '../built-file.js';

/* What a newcomer's first command runs: `modelwatch demo` as a process, in a process group of its own as in a terminal. */

const MAIN = builtFile(import.meta.url, '../main.js');

let demo: ChildProcess | undefined;

afterEach(() => {
  if (demo?.exitCode === null && demo.signalCode === null) process.kill(-demo.pid!, 'SIGKILL');
  demo = undefined;
});

function startDemo(port: number) {
  const started = spawn(process.execPath, [MAIN, 'demo', '--port', String(port)], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  demo = started;
  const written = { stdout: '', stderr: '' };
  const url = new Promise<string>((resolve, reject) => {
    started.stdout.on('data', (chunk: Buffer) => {
      written.stdout += chunk.toString();
      const found = /(\S+)\/metrics /.exec(written.stdout)?.[1];
      if (found !== undefined) resolve(found);
    });
    started.once('exit', () => {
      reject(new Error(`the demo ended before it listened: ${written.stderr}`));
    });
  });
  url.catch(() => undefined);
  started.stderr.on('data', (chunk: Buffer) => {
    written.stderr += chunk.toString();
  });
  // Closed, not exited: then the sidecar and the replay, which write to the same pipes, have ended too.
  const end = once(started, 'close').then(([code]) => ({ code: code as number | null, ...written }));
  return { url, end, group: started.pid! };
}

async function metric(url: string, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series}{`))
      ?.split(' ')[1] ?? 0,
  );
}

/** The process of the demo that is the sidecar. */
async function sidecarOf(demoProcess: number): Promise<number> {
  const children = (await readFile(`/proc/${demoProcess}/task/${demoProcess}/children`, 'utf8')).trim().split(' ').map(Number);
  const arguments_ = await Promise.all(children.map(async (child) => (await readFile(`/proc/${child}/cmdline`, 'utf8')).split('\0')));
  return children[arguments_.findIndex((words) => words.includes('run'))]!;
}

describe('demo', () => {
  it('serves, watches and replays until Ctrl-C, which says that it drains and that it stopped', async () => {
    const { url, end, group } = startDemo(0);
    const base = await url;
    while ((await metric(base, 'modelwatch_ground_truth_joined_total')) === 0);
    expect(await metric(base, 'modelwatch_request_duration_seconds_count')).toBeGreaterThan(0);
    expect(await metric(base, 'modelwatch_feature_values_total')).toBeGreaterThan(0);
    // A child that is being started is in the group of the terminal for a moment, and Ctrl-C ends it as well: it would be said that it crashed.
    while (/^modelwatch_\w+_ready(?:\{.*\})? 0$/m.test(await (await fetch(`${base}/metrics`)).text()));
    process.kill(-group, 'SIGINT');
    const { code, stdout, stderr } = await end;
    expect(code).toBe(0);
    expect(stdout).not.toContain('All flights are through');
    expect(stdout).toMatch(/\nDraining: [^\n]+ Ctrl-C again ends it at once\.\n[^]*Stopped\.\n$/);
    expect(stderr.replace(/^\d{4}-\d\d-\d\d .* 0 errors\n/gm, '')).toBe('');
  }, 60_000);

  it('fails where its sidecar is killed, and does not say that a drain that was cut short is through', async () => {
    const unasked = startDemo(0);
    await unasked.url;
    process.kill(await sidecarOf(unasked.group), 'SIGKILL');
    expect((await unasked.end).code).toBe(1);
    const { url, end, group } = startDemo(0);
    await url;
    const sidecar = await sidecarOf(group);
    process.kill(sidecar, 'SIGSTOP');
    const draining = new Promise<void>((resolve) => {
      demo!.stdout!.on('data', (chunk: Buffer) => {
        if (chunk.includes('Draining')) resolve();
      });
    });
    process.kill(group, 'SIGINT');
    await draining;
    process.kill(sidecar, 'SIGKILL');
    const { code, stdout } = await end;
    expect([code, stdout.split('\n').at(-2)]).toEqual([1, 'Stopped before it had drained.']);
  }, 60_000);

  it('says in a sentence that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const { code, stdout, stderr } = await startDemo(port).end;
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toBe(
        `modelwatch: 127.0.0.1:${port} is in use: another program listens there, perhaps another modelwatch. --port or server.port names another port.\n`,
      );
    } finally {
      taken.close();
    }
  }, 60_000);
});
