import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addEventCommand } from '../events/event-cli.js';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';

let sidecar: TestSidecar;
beforeAll(async () => {
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
events: { entriesMax: 2 }
models: [{ name: m, champion: { version: '1' } }]
`);
});
afterAll(() => sidecar.close());

/** Runs `modelwatch event ...`; gives how it ended and what it said. */
async function run(args: readonly string[], url = sidecar.url) {
  const said = { code: 0, stdout: '', stderr: '' };
  const output = {
    stdout: { write: (text: string) => (said.stdout += text) },
    stderr: { write: (text: string) => (said.stderr += text) },
  };
  const program = new Command().exitOverride();
  addEventCommand(program, output, (code) => {
    said.code = code;
  });
  await program.parseAsync(['event', ...args, '--url', url], { from: 'user' });
  return said;
}

describe('modelwatch event', () => {
  it('posts start and end of a job, once each, and lists them', async () => {
    const job = ['post', 'training_job', '--model', 'm', '--id', 'j-1'];
    const start = [...job, '--status', 'running', '--time', '1800000000'];
    const end = [...job, '--status', 'failed', '--end-time', '2027-01-15T08:01:00Z', '--text', 'out of\u001b[31m memory'];
    expect((await run(start)).stdout).toBe('training_job j-1 is recorded\n');
    expect((await run(start)).stdout).toBe('training_job j-1 was recorded already\n');
    expect((await run(end)).stdout).toBe('training_job j-1 is brought up to date\n');
    expect((await run(['list', '--kind', 'training_job'])).stdout).toBe(
      [
        'TIME                  KIND          MODEL  VERSION  STATUS  TOOK  ID   TEXT',
        '2027-01-15T08:00:00Z  training_job  m      -        failed  60s   j-1  out of\ufffd[31m memory',
        '',
      ].join('\n'),
    );
    expect((await run(['list', '--model', 'm', '--from', '1900000000'])).stdout).toBe('no events\n');
    const { events } = JSON.parse((await run(['list', '--json', '--limit', '1'])).stdout) as { readonly events: readonly object[] };
    expect(events).toMatchObject([{ id: 'j-1', endSeconds: 1_800_000_060 }]);
  });

  it('keeps as many as the configuration says', async () => {
    for (const time of ['1800000100', '1800000200']) await run(['post', 'deploy', '--model', 'm', '--version-name', '2', '--time', time]);
    expect((await run(['list'])).stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(await sidecar.series('modelwatch_queue_dropped_total{queue="events",reason="full"}')).toBe(1);
  });

  it('says in a sentence what stands in the way, and ends with 1 or 2', async () => {
    const faults: readonly (readonly [number, RegExp, readonly string[], string?])[] = [
      [2, /\(invalid_form\)/, ['post', 'party']],
      [2, /\(invalid_value\)/, ['post', 'deploy', '--id', 'registry:x']],
      [2, /\(invalid_value\)/, ['list', '--from', 'soon']],
      [2, /file of the token cannot be read \(ENOENT\)/, ['list', '--token-file', '/nowhere']],
      [1, /does not answer/, ['list'], 'http://127.0.0.1:9'],
    ];
    for (const [code, sentence, args, url] of faults) {
      const ended = await run(args, url);
      expect([args, ended.code, ended.stdout]).toEqual([args, code, '']);
      expect(ended.stderr).toMatch(sentence);
    }
  });

  it.each([
    [400, 2],
    [401, 2],
    [403, 2],
    [404, 2],
    [408, 1],
    [409, 1],
    [410, 2],
    [413, 2],
    [422, 2],
    [429, 1],
    [500, 1],
    [503, 1],
  ])('answered %i ends with %i', async (status, code) => {
    const server = http.createServer((_, response) => {
      response.writeHead(status).end('{"error":"so it is","code":"so"}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await run(['list'], url)).toEqual({ code, stdout: '', stderr: 'so it is (so)\n' });
    server.close();
  });

  it('takes no URL that is none', async () => {
    await expect(run(['list'], 'localhost:9810')).rejects.toThrow('It is not an http or https URL.');
  });

  it('shows who it is by the token of a file', async () => {
    const seen: (string | undefined)[] = [];
    const server = http.createServer(({ headers }, response) => {
      seen.push(headers.authorization);
      response.end('{"events":[]}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const file = path.join(sidecar.folder, 'token');
    await writeFile(file, 'mw_0123456789\n');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await run(['list', '--token-file', file], url)).toEqual({ code: 0, stdout: 'no events\n', stderr: '' });
    expect(seen).toEqual(['Bearer mw_0123456789']);
    server.close();
  });
});
