import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http, { type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { runSidecar, type SidecarProcess } from './sidecar-process.js';
import { MODELS, parsePage } from './test-sidecar.js';

const IDENTITY = path.join(MODELS, 'identity-fp32.onnx');
const READY = '/v2/models/m/ready';
const CLIENTS = 8;

let folder: string;
let sidecar: SidecarProcess | undefined;
/** The server behind: it answers as the test says, and remembers the ids of the requests that reached it. */
let upstream: http.Server;
let answer: (id: string, response: ServerResponse) => void;
const reached: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-test-'));
  upstream = http.createServer((request, response) => {
    request.resume().on('end', () => {
      const id = request.headers['x-request-id'];
      if (typeof id === 'string') reached.push(id);
      answer(id === undefined ? request.url! : String(id), response);
    });
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
});

afterAll(async () => {
  upstream.close();
  await rm(folder, { recursive: true });
});

afterEach(() => {
  sidecar?.kill('SIGKILL');
  sidecar = undefined;
  reached.length = 0;
});

const ok = (_id: string, response: ServerResponse) => response.end('{"outputs":[]}');
const served = `store: { path: ':memory:' }\nmodels: [{ name: m, champion: { version: '1', onnx: { path: ${IDENTITY} } } }]\n`;
const proxied = () =>
  `store: { path: ':memory:' }
models: [{ name: m, champion: { version: '1', upstream: { url: 'http://127.0.0.1:${(upstream.address() as AddressInfo).port}', deadline: 1m } } }]
`;

async function start(yaml: string, options: readonly string[] = ['--port', '0']): Promise<SidecarProcess> {
  const file = path.join(folder, 'modelwatch.yaml');
  await writeFile(file, yaml);
  sidecar = runSidecar(['--config', file, ...options]);
  return sidecar;
}

const configure = (yaml: string) => writeFile(path.join(folder, 'modelwatch.yaml'), yaml);
const series = async (url: string, name: string) => parsePage(await (await fetch(`${url}/metrics`)).text()).get(name);

describe('exit codes', () => {
  const baseline = path.join(MODELS, 'README.md');
  it.each<readonly [name: string, yaml: string, code: number, sentence: RegExp]>([
    ['an unknown key', served.replace('store:', 'stoer:'), 2, /modelwatch\.yaml:1:\d+ .*stoer.*store/],
    ['an empty file', '', 2, /modelwatch\.yaml:1:1 .*empty/],
    ['a model file that is none', served.replace('identity-fp32', 'garbage'), 2, /^model m: [^\n]+\n$/],
    [
      'a model file that is not there',
      served.replace('identity-fp32', 'nowhere'),
      2,
      /modelwatch\.yaml:2:\d+ .*nowhere\.onnx" does not exist/,
    ],
    [
      'a baseline that is none',
      served.replace("version: '1',", `version: '1', baseline: ${baseline},`),
      2,
      /README\.md: not valid JSON at line 1/,
    ],
    ['a store that is none', served.replace(':memory:', baseline), 1, /^the store cannot be opened: [^\n]+\n$/],
    [
      'a folder that cannot be made',
      served.replace(':memory:', `${IDENTITY}/a.db`),
      1,
      /^the folder of the store cannot be made \(E[A-Z]+\)\n$/,
    ],
  ])('%s', async (_name, yaml, code, sentence) => {
    const { end } = await start(yaml);
    const ended = await end;
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(sentence) });
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });

  it('a port that is taken', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await (await start(served, ['--port', String(port)])).end).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`127.0.0.1:${port}`),
    });
    other.close();
  });

  it('SIGTERM and SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { url, end, kill } = await start(served);
      await url;
      kill(signal);
      expect(await end).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('SIGHUP', () => {
  const SUCCESS = 'modelwatch_config_last_reload_successful';
  const READ = 'the configuration was read again and is in force';
  const REFUSED = 'the configuration was refused; the present one stays';

  it('puts a good configuration in force, refuses a bad one, and shows it', async () => {
    const { url: listening, end, kill, logged } = await start(served);
    const url = await listening;
    await configure(served.replace('name: m', 'name: [m'));
    kill('SIGHUP');
    expect(await logged(REFUSED)).toMatchObject({ faults: expect.stringContaining('modelwatch.yaml:2:') });
    expect(await series(url, SUCCESS)).toBe(0);
    expect((await fetch(`${url}/v2/models/m/ready`)).status).toBe(200);

    await configure(served.replace('name: m', 'name: other'));
    kill('SIGHUP');
    await logged(READ);
    expect(await series(url, SUCCESS)).toBe(1);
    expect((await fetch(`${url}/v2/models/other/ready`)).status).toBe(200);
    kill('SIGTERM');
    expect((await end).code).toBe(0);
  });
});

describe('while it starts', () => {
  /** Resolves once the sidecar waits for the server behind to say whether it is ready, with what lets it go on. */
  const waitsForUpstream = () =>
    new Promise<() => void>((resolve) => {
      answer = (id, response) => {
        if (id !== READY) ok(id, response);
        else resolve(() => response.end());
      };
    });

  it('SIGTERM ends it at once, as asked', async () => {
    const waiting = waitsForUpstream();
    const { end, kill } = await start(proxied());
    await waiting;
    kill('SIGTERM');
    expect(await end).toMatchObject({ code: 0, stderr: '' });
  });

  it('SIGHUP waits until it has started', async () => {
    const waiting = waitsForUpstream();
    const { url, kill, logged } = await start(proxied());
    const goOn = await waiting;
    await configure(proxied().replace('name: m', 'name: other'));
    kill('SIGHUP');
    answer = ok;
    goOn();
    await logged('the configuration was read again and is in force');
    expect((await fetch(`${await url}/v2/models/other/ready`)).status).toBe(200);
  });
});

describe('SIGTERM under load', () => {
  const agent = new http.Agent({ keepAlive: true });
  afterAll(() => {
    agent.destroy();
  });
  interface Sent {
    readonly status: number;
    readonly connection: string | undefined;
  }
  /** Rejects where no answer came. */
  const send = (url: string, id: string): Promise<Sent> =>
    new Promise((resolve, reject) => {
      const request = http.request(`${url}/v2/models/m/infer`, { method: 'POST', agent, headers: { 'x-request-id': id } }, (response) => {
        response.on('error', reject).resume();
        response.on('end', () => {
          resolve({ status: response.statusCode!, connection: response.headers.connection });
        });
      });
      request.on('error', reject).end('{}');
    });

  it('requests under way are answered on connections that end then, and new ones find nobody', async () => {
    answer = ok;
    const { url: listening, end, kill, logged } = await start(proxied());
    const url = await listening;
    const held: ServerResponse[] = [];
    const allHeld = new Promise<void>((resolve) => {
      answer = (_id, response) => {
        held.push(response);
        if (held.length === CLIENTS) resolve();
      };
    });
    const answers = Promise.all(Array.from({ length: CLIENTS }, (_, i) => send(url, String(i))));
    await allHeld;
    kill('SIGTERM');
    await logged('draining');
    await expect(fetch(`${url}/v2/health/live`)).rejects.toThrow();
    for (const response of held) response.end('{}');
    expect(new Set((await answers).map(({ status, connection }) => `${status} ${connection}`))).toEqual(new Set(['200 close']));
    expect(await end).toMatchObject({ code: 0, stderr: '' });
  });

  it('of clients that go on asking, each request that was taken is answered', async () => {
    answer = ok;
    const { url: listening, end, kill } = await start(proxied());
    const url = await listening;
    const answered: string[] = [];
    const statuses = new Set<number>();
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let i = 0; ; i++) {
        const id = `${client}-${i}`;
        // Refused, or ended between two requests: either way nobody has taken it.
        const sent = await send(url, id).catch(() => undefined);
        if (sent === undefined) return;
        statuses.add(sent.status);
        answered.push(id);
        if (answered.length === 500) kill('SIGTERM');
      }
    });
    await Promise.all(clients);
    expect(await end).toMatchObject({ code: 0, stderr: '' });
    expect([...statuses]).toEqual([200]);
    expect(answered.length).toBeGreaterThanOrEqual(500);
    expect([...reached].sort()).toEqual([...answered].sort());
  });
});

describe('what it writes', () => {
  const CANARY = 'canary-7f3a';
  const yaml = `store: { path: ':memory:' }
models:
  - name: served
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-bytes.onnx')} } }
    slices: [{ name: tenant, header: x-tenant, valuesMax: 1 }]
  - { name: divide, champion: { version: '1', onnx: { path: ${path.join(MODELS, 'divide.onnx')} } } }
  - name: events
    champion: { version: '1', baseline: ${path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json')} }
`.replace('name: events', 'name: trips');

  it('holds no value and no id of a request, at any level, whatever becomes of it', async () => {
    await configure(yaml);
    sidecar = runSidecar(['--config', path.join(folder, 'modelwatch.yaml'), '--port', '0'], { MODELWATCH_LOG_LEVEL: 'trace' });
    const url = await sidecar.url;
    const post = async (route: string, body: object | string) => {
      const headers = { 'content-type': 'application/json', 'x-request-id': `id-${CANARY}`, 'x-tenant': CANARY };
      return (await fetch(url + route, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })).status;
    };
    const text = (name: string) => ({ inputs: [{ name, datatype: 'BYTES', shape: [1, 2], data: [CANARY, CANARY] }] });
    const deadly = {
      inputs: [
        { name: 'a', datatype: 'INT32', shape: [1], data: [-2_147_483_648] },
        { name: 'b', datatype: 'INT32', shape: [1], data: [-1] },
      ],
    };
    const event = { model: 'trips', id: CANARY, features: { city: CANARY, distance: 7 }, output: 0.5 };
    const statuses = [
      await post('/v2/models/served/infer', text('x')),
      await post('/v2/models/served/infer', text(CANARY)),
      await post('/v2/models/served/infer', `{"${CANARY}`),
      await post(`/v2/models/${CANARY}/infer`, text('x')),
      await post('/v2/models/divide/infer', deadly),
      await post('/v1/predictions', event),
      await post('/v1/predictions', { ...event, features: { [CANARY]: CANARY } }),
      await post('/v1/ground-truth', { model: 'trips', id: CANARY, value: 1 }),
      await post('/v1/ground-truth', `${CANARY}`),
      await post(`/${CANARY}?${CANARY}`, CANARY),
    ];
    expect(statuses).toEqual([200, 400, 400, 404, 503, 200, 400, 200, 400, 404]);
    // The child that died has been told of, so something was written at all.
    expect(await sidecar.logged('scorer child ended')).toMatchObject({ model: 'divide', level: 'warn' });
    sidecar.kill('SIGTERM');
    const { code, stdout, stderr } = await sidecar.end;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain(CANARY);
    expect(stdout).not.toContain('2147483648');
  });
});
