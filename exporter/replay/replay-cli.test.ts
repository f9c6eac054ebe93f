import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addReplayCommand } from './replay-cli.js';

const CSV = `id,time,age,late,known
a,2013-04-01T00:00:00Z,4,1,2013-04-01T01:00:00Z
b,2013-04-01T00:10:00Z,,0,2013-04-01T00:30:00Z
c,2013-04-02T00:00:00Z,7,1,2013-04-02T00:05:00Z
`;
const METADATA = { name: 'flights', inputs: [{ name: 'age', datatype: 'FP32', shape: [-1, 1] }] };

let folder: string;
let server: Server;
let url: string;
let bodies: { readonly path: string; readonly body: unknown }[];
let notReady: number;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwatch-replay-'));
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'GET') {
        const found = request.url === '/v2/models/flights';
        const status = notReady-- > 0 ? 503 : found ? 200 : 404;
        response.writeHead(status).end(JSON.stringify(status === 200 ? METADATA : { error: 'no', code: 'no' }));
        return;
      }
      bodies.push({ path: request.url!, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown });
      response.writeHead(200).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  bodies = [];
  notReady = 0;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function replayOf(text: string, ...flags: string[]) {
  const file = path.join(folder, 'rows.csv');
  await writeFile(file, text);
  const written = { stdout: '', stderr: '' };
  let code: number | undefined;
  const program = new Command().exitOverride().configureOutput({ writeErr: (line) => void (written.stderr += line) });
  addReplayCommand(
    program,
    { stdout: { write: (line) => (written.stdout += line) }, stderr: { write: (line) => (written.stderr += line) } },
    (given) => (code = given),
  );
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  await program
    .parseAsync(['node', 'modelwatch', 'replay', file, '--url', url, '--model', 'flights', '--speed', '1e9', ...flags])
    .catch((error: { readonly exitCode: number }) => (code = error.exitCode));
  return { code, ...written };
}

describe('modelwatch replay', () => {
  it('sends a file and its ground truth, and sums up', async () => {
    const { code, stdout } = await replayOf(
      CSV,
      '--ground-truth-column',
      'late',
      '--ground-truth-time-column',
      'known',
      '--concurrency',
      '1',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2013-04-02 00:00 {2}3 rows {2}[\d.,]+ rows\/s {2}3 ground truth {2}0 errors\n$/);
    const predictions = bodies.filter((heard) => heard.path === '/v2/models/flights/infer').map(({ body }) => body);
    expect(predictions[1]).toEqual({ id: 'b', inputs: [{ name: 'age', datatype: 'FP32', shape: [1, 1], data: [null] }] });
    const truths = bodies.filter((heard) => heard.path === '/v1/ground-truth').flatMap(({ body }) => body as unknown[]);
    expect(truths).toContainEqual({ model: 'flights', id: 'a', value: 1 });
    expect(truths).toHaveLength(3);
  });

  it('takes a range, other columns and a suffix', async () => {
    const { code } = await replayOf(
      CSV.replace('id,time,age', 'uid,when,years'),
      ...['--id-column', 'uid', '--time-column', 'when', '--input', 'age=years', '--id-suffix', '@2'],
      ...['--from', '2013-04-01T00:05:00Z', '--to', '2013-04-02'],
    );
    expect(code).toBe(0);
    expect(bodies).toEqual([
      {
        path: '/v2/models/flights/infer',
        body: { id: 'b@2', inputs: [{ name: 'age', datatype: 'FP32', shape: [1, 1], data: [null] }] },
      },
    ]);
  });

  it('waits for a model that is not ready yet, and says so', async () => {
    notReady = 1;
    const { code, stderr } = await replayOf(CSV);
    expect(stderr).toContain('waiting for flights at');
    expect(code).toBe(0);
  });

  it('exits with 1 where rows failed', async () => {
    const { code, stdout } = await replayOf(CSV.replace(',4,', ',four,'));
    expect(stdout).toContain('1 error (bad_row 1)');
    expect(code).toBe(1);
  });

  it.each([
    ['a file out of order', CSV.replace('2013-04-02T00:00', '2013-03-02T00:00'), [], 'row 3 is earlier than the one before'],
    ['a file that is no CSV', CSV.replace(',4,', ',4,,,'), [], 'columns need as many values'],
    ['a column that is not there', CSV, ['--id-column', 'uid'], 'there is no column "uid"'],
    ['an input that is not there', CSV, ['--input', 'x=age'], 'the model has no input "x"'],
    ['half of the ground truth', CSV, ['--ground-truth-column', 'late'], 'go together'],
  ])('exits with 2 for %s', async (_what, text, flags, sentence) => {
    const { code, stdout, stderr } = await replayOf(text, ...flags);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
    expect(stderr.startsWith('modelwatch replay: ')).toBe(true);
    expect(stdout).toBe('');
  });

  it.each([
    ['--speed', '0'],
    ['--speed', 'fast'],
    ['--rate-max', '-1'],
    ['--concurrency', '1.5'],
    ['--concurrency', '0'],
    ['--from', 'yesterday'],
    ['--to', ''],
    ['--url', 'ftp://127.0.0.1'],
    ['--url', 'here'],
    ['--input', 'age'],
    ['--input', 'age='],
  ])('refuses %s %j', async (flag, value) => {
    const { code, stderr } = await replayOf(CSV, flag, value);
    expect(code).toBe(1);
    expect(stderr).toContain(`argument '${value}' is invalid`);
    expect(bodies).toEqual([]);
  });

  it('leaves no handler of signals behind', async () => {
    const before = process.listenerCount('SIGINT');
    await replayOf(CSV);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
