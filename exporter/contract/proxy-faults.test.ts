import net, { type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock.js';
import { exchangeRaw, type RawMessage } from './raw-http.js';
import { answerOf, startRawUpstream, type Answerer, type RawUpstream } from './raw-upstream.js';
import { accountsIn, accountsOf, startTestSidecar, type TestSidecar } from './test-sidecar.js';

/* What the server behind may do wrong, and a client too: each has its status, nothing leaks, and every request is accounted for. */

let upstream: RawUpstream;
let sidecar: TestSidecar;
/** Added to the clock, so that a pause passes without waiting for it. */
let passedSeconds = 0;

const ok: Answerer = (socket) => socket.write(answerOf('200 OK', ['Content-Type: application/json'], '{}'));
const MODELS = ['m', 'gone', 'breaking', 'limited', 'slow'];

beforeAll(async () => {
  upstream = await startRawUpstream(ok);
  const nobody = await startRawUpstream(ok);
  await nobody.close();
  const { url } = upstream;
  sidecar = await startTestSidecar(
    `
store: { path: ':memory:' }
models:
  - { name: m, champion: { version: '1', upstream: { url: ${url}, deadline: 300ms, breakerFailures: 1000 } } }
  - { name: gone, champion: { version: '1', upstream: { url: ${nobody.url}, deadline: 5s, breakerFailures: 1000 } } }
  - { name: breaking, champion: { version: '1', upstream: { url: ${url}, breakerFailures: 3, breakerPause: 1h } } }
  - { name: limited, champion: { version: '1', upstream: { url: ${url}, deadline: 1m, concurrencyMax: 2 } } }
  - { name: slow, champion: { version: '1', upstream: { url: ${url}, deadline: 5m } } }
`,
    { clock: { nowSeconds: systemClock.nowSeconds, monotonicSeconds: () => systemClock.monotonicSeconds() + passedSeconds } },
  );
});

afterAll(async () => {
  await sidecar.close();
  await upstream.close();
});

afterEach(async () => {
  const series = await sidecar.seriesOf('modelwatch_requests_');
  for (const model of MODELS) {
    const { received, answered, failed, shed, inFlight } = accountsIn(series, model);
    expect([model, inFlight, received]).toEqual([model, 0, answered + failed + shed]);
  }
  upstream.forget();
  upstream.answer(ok);
});

const requestTo = (model: string, body = '{}') =>
  `POST /v2/models/${model}/infer HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}

const failures = async (model: string, reason: string): Promise<number> =>
  (await sidecar.series(`modelwatch_requests_failed_total{model="${model}",version="1",role="champion",reason="${reason}"}`)) ?? 0;

const inFlight = async (model: string) => (await accountsOf(sidecar, model)).inFlight;

const errorOf = ({ start, body }: RawMessage): readonly [status: string, code: string] => [
  start.slice(9, 12),
  (JSON.parse(body.toString()) as { readonly code: string }).code,
];

const write =
  (...texts: readonly string[]): Answerer =>
  (socket) => {
    for (const text of texts) socket.write(text, 'latin1');
  };
const writeAndEnd =
  (text: string): Answerer =>
  (socket) =>
    socket.end(text, 'latin1');
const reset: Answerer = (socket) => socket.resetAndDestroy();

/** A byte now and then, for as long as somebody listens. */
const drip =
  (first: string): Answerer =>
  (socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write('a'), 10);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };

const head = (...lines: readonly string[]) => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');

const BEFORE_THE_HEAD: readonly (readonly [name: string, status: string, code: string, answerer: Answerer])[] = [
  ['a connection that is reset', '502', 'upstream_unreachable', reset],
  ['a connection that ends', '502', 'upstream_unreachable', writeAndEnd('')],
  ['a head that breaks off', '502', 'upstream_unreachable', writeAndEnd('HTTP/1.1 200 OK\r\nX-A: ')],
  ['a head that never comes', '504', 'deadline_exceeded', () => undefined],
  ['a head that never ends', '504', 'deadline_exceeded', write('HTTP/1.1 200 OK\r\nX-A: 1\r\n')],
  ['a head that drips', '504', 'deadline_exceeded', drip('HTTP/1.1 200 OK\r\nX-A: ')],
  ['another protocol', '502', 'upstream_invalid', write('SSH-2.0-OpenSSH_9.6\r\n')],
  ['a status that is no number', '502', 'upstream_invalid', write('HTTP/1.1 yes OK\r\nContent-Length: 0\r\n\r\n')],
  ['a header without a colon', '502', 'upstream_invalid', write(head('X-No-Colon', 'Content-Length: 0'))],
  ['a NUL in a header', '502', 'upstream_invalid', write(head('X-A: a\0b', 'Content-Length: 0'))],
  ['two lengths', '502', 'upstream_invalid', write(head('Content-Length: 2', 'Content-Length: 5'), '{}')],
  [
    'a length and chunks',
    '502',
    'upstream_invalid',
    write(head('Content-Length: 2', 'Transfer-Encoding: chunked'), '2\r\n{}\r\n0\r\n\r\n'),
  ],
  ['a length that is no number', '502', 'upstream_invalid', write(head('Content-Length: two'), '{}')],
  ['100 kB of headers', '502', 'upstream_invalid', write(head(`X-A: ${'a'.repeat(100_000)}`, 'Content-Length: 0'))],
  [
    'an upgrade that nobody asked for',
    '502',
    'upstream_invalid',
    write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
  ],
  ['an invitation that nobody asked for', '502', 'upstream_invalid', write('HTTP/1.1 100 Continue\r\n\r\n', head('Content-Length: 0'))],
];

const AFTER_THE_HEAD: readonly (readonly [name: string, code: string, answerer: Answerer])[] = [
  [
    'a reset inside the body',
    'upstream_unreachable',
    (socket) => socket.write(head('Content-Length: 100') + 'part', () => socket.resetAndDestroy()),
  ],
  ['a body shorter than it says', 'upstream_unreachable', writeAndEnd(head('Content-Length: 100') + 'part')],
  ['chunks that break off', 'upstream_unreachable', writeAndEnd(head('Transfer-Encoding: chunked') + '4\r\npart\r\n')],
  ['a body that never ends', 'deadline_exceeded', write(head('Content-Length: 100') + 'part')],
  ['a body that drips', 'deadline_exceeded', drip(head('Content-Length: 100000'))],
  ['a chunk without a size', 'upstream_invalid', write(head('Transfer-Encoding: chunked') + '4\r\npart\r\nzz\r\n')],
];

describe('the upstream', () => {
  it.each(BEFORE_THE_HEAD)('that gives %s is answered for with %s %s', async (_name, status, code, answerer) => {
    const before = await failures('m', code);
    upstream.answer(answerer);
    const { answers } = await exchangeRaw(sidecar.url, requestTo('m'));
    expect(answers.map(errorOf)).toEqual([[status, code]]);
    expect(await failures('m', code)).toBe(before + 1);
    // The connection is given up with the request: only idle ones are left, none of them used for the next answer's bytes.
    upstream.answer(ok);
    expect((await exchangeRaw(sidecar.url, requestTo('m'))).answers.map(({ start }) => start)).toEqual(['HTTP/1.1 200 OK']);
    await until(() => upstream.connections <= MODELS.length);
  });

  it.each(AFTER_THE_HEAD)('that gives %s leaves the client a connection that breaks off (%s)', async (_name, code, answerer) => {
    const before = await failures('m', code);
    upstream.answer(answerer);
    const { answers, ended } = await exchangeRaw(sidecar.url, requestTo('m'));
    expect([answers, ended]).toEqual([[], true]);
    expect(await failures('m', code)).toBe(before + 1);
    upstream.answer(ok);
    expect((await exchangeRaw(sidecar.url, requestTo('m'))).answers.map(({ start }) => start)).toEqual(['HTTP/1.1 200 OK']);
    await until(() => upstream.connections <= MODELS.length);
  });

  it('that is not there is answered for with 502', async () => {
    const { answers } = await exchangeRaw(sidecar.url, requestTo('gone'));
    expect(answers.map(errorOf)).toEqual([['502', 'upstream_unreachable']]);
    expect(await sidecar.series('modelwatch_model_ready{model="gone",version="1",role="champion"}')).toBe(0);
  });

  it.each([
    ['more bytes than it said', `${head('Content-Length: 2')}{}and more`],
    ['an answer nobody asked for besides', `${head('Content-Length: 2')}{}${head('Content-Length: 4')}evil`],
  ])('that gives %s cannot put them into the next answer', async (_name, text) => {
    upstream.answer((socket) => socket.write(text));
    expect((await exchangeRaw(sidecar.url, requestTo('m'))).answers.map(({ body }) => body.toString())).toEqual(['{}']);
    upstream.answer((socket) => socket.write(answerOf('200 OK', [], 'next')));
    expect((await exchangeRaw(sidecar.url, requestTo('m'))).answers.map(({ body }) => body.toString())).toEqual(['next']);
  });
});

describe('the circuit', () => {
  const open = () => sidecar.series('modelwatch_circuit_open{model="breaking",version="1",role="champion"}');

  it('opens after failures in a row, refuses at once, tries one call after the pause and closes when it succeeds', async () => {
    upstream.answer(reset);
    for (let i = 0; i < 3; i++) {
      expect(await open()).toBe(0);
      expect((await exchangeRaw(sidecar.url, requestTo('breaking'))).answers.map(errorOf)).toEqual([['502', 'upstream_unreachable']]);
    }
    expect(await open()).toBe(1);
    upstream.answer(ok);
    const refused = await exchangeRaw(sidecar.url, requestTo('breaking'));
    expect(refused.answers.map(errorOf)).toEqual([['503', 'circuit_open']]);
    expect(refused.answers[0]!.headers).toContain('Retry-After: 1');
    expect(upstream.requests).toHaveLength(3);
    expect((await fetch(`${sidecar.url}/v2/models/breaking/ready`)).status).toBe(503);

    passedSeconds += 3600;
    upstream.answer(reset);
    expect((await exchangeRaw(sidecar.url, requestTo('breaking'))).answers.map(errorOf)).toEqual([['502', 'upstream_unreachable']]);
    expect((await exchangeRaw(sidecar.url, requestTo('breaking'))).answers.map(errorOf)).toEqual([['503', 'circuit_open']]);

    passedSeconds += 3600;
    upstream.answer(ok);
    expect((await exchangeRaw(sidecar.url, requestTo('breaking'))).answers[0]!.start).toBe('HTTP/1.1 200 OK');
    expect(await open()).toBe(0);
    expect(await accountsOf(sidecar, 'breaking')).toEqual({ received: 7, answered: 1, failed: 4, shed: 2, inFlight: 0 });
  });

  it('opens by answers of 502, 503 and 504, which pass all the same, and not by those of 500', async () => {
    for (const status of [
      '500 Internal Server Error',
      '502 Bad Gateway',
      '503 Service Unavailable',
      '500 Internal Server Error',
      '504 Gateway Timeout',
      '502 Bad Gateway',
      '503 Service Unavailable',
    ]) {
      upstream.answer((socket) => socket.write(answerOf(status, [], 'theirs')));
      const { answers } = await exchangeRaw(sidecar.url, requestTo('breaking'));
      expect([answers[0]!.start, answers[0]!.body.toString(), await open()]).toEqual([
        `HTTP/1.1 ${status}`,
        'theirs',
        upstream.requests.length === 7 ? 1 : 0,
      ]);
    }
    passedSeconds += 3600;
    upstream.answer(ok);
    await exchangeRaw(sidecar.url, requestTo('breaking'));
    expect(await open()).toBe(0);
  });
});

describe('the limit of calls under way', () => {
  it('refuses what is over it, and leaves the question after its health a connection', async () => {
    const held: Socket[] = [];
    upstream.answer((socket) => held.push(socket));
    const first = [exchangeRaw(sidecar.url, requestTo('limited')), exchangeRaw(sidecar.url, requestTo('limited'))];
    await until(() => held.length === 2);
    const { answers } = await exchangeRaw(sidecar.url, requestTo('limited'));
    expect(answers.map(errorOf)).toEqual([['503', 'concurrency_limit']]);
    expect(answers[0]!.headers).toContain('Retry-After: 1');
    expect(await accountsOf(sidecar, 'limited')).toMatchObject({ received: 3, shed: 1, inFlight: 2 });
    expect((await fetch(`${sidecar.url}/v2/models/limited`)).status).toBe(200);
    for (const socket of held) ok(socket, { start: '', headers: [], body: Buffer.alloc(0) });
    for (const exchange of first) expect((await exchange).answers[0]!.start).toBe('HTTP/1.1 200 OK');
  });
});

/** Sends bytes and goes away once `gone` says so. */
function leave(bytes: string, gone: (socket: Socket) => Promise<void>): Promise<void> {
  const { hostname, port } = new URL(sidecar.url);
  const socket = net.connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return gone(socket).then(() => {
    socket.destroy();
  });
}

describe('a client that goes away', () => {
  const closed = async () => (await sidecar.series('modelwatch_validation_errors_total{model="slow",code="client_closed"}')) ?? 0;

  it('while the upstream works ends the call there', async () => {
    const before = await closed();
    const held: Socket[] = [];
    upstream.answer((socket) => held.push(socket));
    await leave(requestTo('slow'), () => until(() => held.length === 1));
    await until(() => held[0]!.destroyed);
    await until(async () => (await inFlight('slow')) === 0);
    expect(await closed()).toBe(before + 1);
  });

  it('while it is answered ends the call there', async () => {
    const before = await closed();
    const held: Socket[] = [];
    upstream.answer((socket) => {
      held.push(socket);
      socket.write(`${head('Content-Length: 100')}part`);
    });
    await leave(
      requestTo('slow'),
      (socket) =>
        new Promise((resolve) =>
          socket.once('data', () => {
            resolve();
          }),
        ),
    );
    await until(() => held[0]!.destroyed);
    await until(async () => (await inFlight('slow')) === 0);
    expect(await closed()).toBe(before + 1);
  });

  it('while it sends never reaches the upstream', async () => {
    const before = await closed();
    const half = requestTo('slow', 'x'.repeat(1000)).slice(0, -500);
    await leave(half, () => until(async () => (await inFlight('slow')) === 1));
    await until(async () => (await inFlight('slow')) === 0);
    expect([upstream.requests, await closed()]).toEqual([[], before + 1]);
  });
});

describe('a client that reads slowly', () => {
  const CHUNK = Buffer.alloc(1_000_000, 'a');
  const CHUNKS = 200;
  /** What buffers of the kernel on four ends of loopback connections may take, with room. */
  const ON_THE_WAY_MAX = 60_000_000;

  it('slows the upstream down instead of filling memory', async () => {
    let written = 0;
    upstream.answer((socket) => {
      socket.write(head(`Content-Length: ${CHUNK.length * CHUNKS}`));
      const push = () => {
        while (written < CHUNKS) {
          written++;
          if (!socket.write(CHUNK)) {
            socket.once('drain', push);
            return;
          }
        }
      };
      push();
    });
    const { hostname, port } = new URL(sidecar.url);
    const client = net.connect(Number(port), hostname);
    const buffersBefore = process.memoryUsage().arrayBuffers;
    client.write(requestTo('slow'));
    await new Promise((resolve) => client.once('readable', resolve));

    // Nobody reads: it stands still once nothing has moved over a number of scrapes.
    for (let seen = -1; seen !== written;) {
      seen = written;
      for (let i = 0; i < 30; i++) await sidecar.series('modelwatch_build_info');
    }
    expect(written * CHUNK.length).toBeLessThan(ON_THE_WAY_MAX);
    expect(process.memoryUsage().arrayBuffers - buffersBefore).toBeLessThan(ON_THE_WAY_MAX);

    let read = 0;
    for await (const chunk of client) {
      read += (chunk as Buffer).length;
      if (read > CHUNK.length * CHUNKS) break;
    }
    expect(written).toBe(CHUNKS);
    await until(async () => (await inFlight('slow')) === 0);
    // The head has some bytes as well.
    expect(read).toBeGreaterThan(CHUNK.length * CHUNKS);
  });
});
