import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PROXIED_ANSWERS, PROXIED_REQUESTS } from './proxy-corpus.js';
import { digested, expectedAtClient, expectedAtUpstream, passedOn, wireOf, wireOfAnswer } from './proxied-wire.js';
import { exchangeRaw } from './raw-http.js';
import { answerOf, startRawUpstream, type RawUpstream } from './raw-upstream.js';
import { accountsOf, startTestSidecar, type TestSidecar } from './test-sidecar.js';

/* What passes through the proxy, on bare sockets on both sides: bytes in, bytes out. */

let upstream: RawUpstream;
let sidecar: TestSidecar;

const OK = answerOf('200 OK', ['Content-Type: application/json', 'x-request-id: u'], '{}');
const ok = (socket: Socket) => socket.write(OK);

beforeAll(async () => {
  upstream = await startRawUpstream(ok);
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: m
    champion:
      version: '7'
      upstream: { url: ${upstream.url}, model: there, breakerFailures: 1000 }
`);
});

afterAll(async () => {
  await sidecar.close();
  await upstream.close();
});

afterEach(async () => {
  const { received, answered, failed, shed, inFlight } = await accountsOf(sidecar, 'm');
  expect([inFlight, received]).toEqual([0, answered + failed + shed]);
  upstream.forget();
  upstream.answer(ok);
});

describe('a request', () => {
  it.each(PROXIED_REQUESTS)('passes byte for byte: $name', async (request) => {
    const { answers } = await exchangeRaw(sidecar.url, wireOf(request));
    expect(answers.map(({ start, body }) => [start, body.toString()])).toEqual([['HTTP/1.1 200 OK', '{}']]);
    expect(upstream.requests.map(digested)).toEqual([digested(expectedAtUpstream(request, upstream.url))]);
  });

  it('that asks before it sends its body is told to go on, and does not ask the upstream', async () => {
    const request = { name: 'expect', headers: ['X-Kept: 1', 'Expect: 100-continue'], body: 'abc' };
    const { answers } = await exchangeRaw(sidecar.url, wireOf(request), 2);
    expect(answers.map(({ start }) => start)).toEqual(['HTTP/1.1 100 Continue', 'HTTP/1.1 200 OK']);
    expect(upstream.requests.map(digested)).toEqual([digested(expectedAtUpstream(request, upstream.url))]);
  });

  it('after another on one connection passes like the first, pipelined or not, answered in order', async () => {
    upstream.answer((socket, { body }) => socket.write(answerOf('200 OK', [], body)));
    const requests = ['one', 'two', 'three', 'four'].map((body) => ({ name: body, body }));
    const { answers } = await exchangeRaw(sidecar.url, Buffer.concat(requests.map(wireOf)), requests.length);
    expect(answers.map(({ body }) => body.toString())).toEqual(['one', 'two', 'three', 'four']);
    const seen = upstream.requests.map(({ body }) => body.toString());
    expect(seen.sort()).toEqual(['four', 'one', 'three', 'two']);
  });

  it('finds a connection to the upstream open', async () => {
    await exchangeRaw(sidecar.url, wireOf({ name: 'first', body: 'x' }));
    const before = upstream.connections;
    for (let i = 0; i < 10; i++) await exchangeRaw(sidecar.url, wireOf({ name: 'again', body: 'x' }));
    expect(upstream.requests).toHaveLength(11);
    expect(upstream.connections).toBeLessThanOrEqual(before);
  });
});

describe('an answer', () => {
  it.each(PROXIED_ANSWERS)('passes byte for byte: $name', async (answer) => {
    upstream.answer((socket) => {
      if (answer.framing === 'until_end') socket.end(wireOfAnswer(answer));
      else socket.write(wireOfAnswer(answer));
    });
    const { answers } = await exchangeRaw(sidecar.url, wireOf({ name: 'any', headers: ['x-request-id: mine'], body: '{}' }));
    expect(answers.map(passedOn)).toEqual([expectedAtClient(answer)]);
  });

  it('keeps its cookies and their order while the sidecar drains', async () => {
    const draining = await startTestSidecar(
      `store: { path: ':memory:' }\nmodels: [{ name: m, champion: { version: '1', upstream: { url: ${upstream.url} } } }]`,
    );
    let drained: Promise<void> | undefined;
    upstream.answer((socket) => {
      drained = draining.close();
      socket.write(answerOf('200 OK', ['Set-Cookie: a=1', 'X-B: 1', 'Set-Cookie: b=2'], '{}'));
    });
    const wire = wireOf({ name: 'any', headers: ['x-request-id: mine'], body: '{}' });
    // The first request begins the drain; the second, on the same connection, comes while it lasts.
    const { answers } = await exchangeRaw(draining.url, Buffer.concat([wire, wire]), 2);
    for (const { headers } of answers) {
      expect(headers.filter((line) => /^(?:set-cookie|x-b)/i.test(line))).toEqual(['Set-Cookie: a=1', 'X-B: 1', 'Set-Cookie: b=2']);
    }
    await drained;
  });
});

const host = 'Host: a';
const smuggled = `POST /v2/models/m/infer HTTP/1.1\r\n${host}\r\nContent-Length: 8\r\n\r\nsmuggled`;
const post = (...lines: readonly string[]) => `POST /v2/models/m/infer HTTP/1.1\r\n${lines.join('\r\n')}`;
const framed = (...lines: readonly string[]) => `${post(host, ...lines)}\r\n\r\n`;
const zeroThenMore = `0\r\n\r\n${smuggled}`;

/** What two parsers may read as two different things. */
const AMBIGUOUS: readonly (readonly [name: string, wire: string])[] = [
  ['two Host headers', `${post(host, 'Host: b', 'Content-Length: 2')}\r\n\r\n{}`],
  ['two equal Host headers', `${post(host, host, 'Content-Length: 2')}\r\n\r\n{}`],
  ['no Host', `${post('Content-Length: 2')}\r\n\r\n{}`],
  ['a target in absolute form', `POST http://elsewhere/v2/models/m/infer HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a target in authority form', `CONNECT elsewhere:80 HTTP/1.1\r\n${host}\r\n\r\n`],
  ['CONNECT to a path', `CONNECT /v2/models/m/infer HTTP/1.1\r\n${host}\r\n\r\n`],
  ['an upgrade to h2c', `${framed('Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AAM', 'Content-Length: 2')}{}`],
  ['an upgrade to a web socket', `${framed('Upgrade: websocket', 'Connection: Upgrade', 'Content-Length: 2')}{}`],
  ['an upgrade that Connection does not name', `${framed('Upgrade: h2c', 'Content-Length: 2')}{}`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['both a length and chunks', framed('Content-Length: 5', 'Transfer-Encoding: chunked') + zeroThenMore],
  ['chunks and then a length', framed('Transfer-Encoding: chunked', 'Content-Length: 5') + zeroThenMore],
  ['two lengths', framed('Content-Length: 2', 'Content-Length: 50') + `{}${smuggled}`],
  ['two equal lengths', framed('Content-Length: 2', 'Content-Length: 2') + `{}${smuggled}`],
  ['a list of lengths', framed('Content-Length: 2, 2') + `{}${smuggled}`],
  ['a negative length', framed('Content-Length: -1') + smuggled],
  ['a signed length', framed('Content-Length: +2') + `{}${smuggled}`],
  ['a hexadecimal length', framed('Content-Length: 0x2') + `{}${smuggled}`],
  ['a length beyond 64 bits', framed('Content-Length: 18446744073709551618') + `{}${smuggled}`],
  ['a length with a space inside', framed('Content-Length: 1 0') + `{}${smuggled}`],
  ['a space before the colon', framed('Content-Length : 2') + `{}${smuggled}`],
  ['a space before the colon of chunks', framed('Transfer-Encoding : chunked', 'Content-Length: 5') + zeroThenMore],
  ['a folded header', framed('X-Folded: a', ' b', 'Content-Length: 2') + '{}'],
  ['chunks in a folded header', framed('Transfer-Encoding:', ' chunked', 'Content-Length: 5') + zeroThenMore],
  ['an unknown transfer coding', framed('Transfer-Encoding: xchunked') + zeroThenMore],
  ['chunks that are not last', framed('Transfer-Encoding: chunked, identity') + zeroThenMore],
  ['chunks under two codings', framed('Transfer-Encoding: gzip, chunked', 'Content-Length: 5') + zeroThenMore],
  ['lines that end in LF', `POST /v2/models/m/infer HTTP/1.1\n${host}\nContent-Length: 2\n\n{}`],
  ['one header that ends in LF', `POST /v2/models/m/infer HTTP/1.1\r\n${host}\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}`],
  ['a CR inside a value', framed('X-A: a\rContent-Length: 50', 'Content-Length: 2') + `{}${smuggled}`],
  ['a NUL inside a value', framed('X-A: a\0b', 'Content-Length: 2') + '{}'],
  ['a NUL inside a name', framed('X-\0A: a', 'Content-Length: 2') + '{}'],
  ['a chunk size with a sign', framed('Transfer-Encoding: chunked') + `+2\r\n{}\r\n${zeroThenMore}`],
  ['a chunk size with 0x', framed('Transfer-Encoding: chunked') + `0x2\r\n{}\r\n${zeroThenMore}`],
  ['a chunk size beyond 64 bits', framed('Transfer-Encoding: chunked') + `10000000000000002\r\n{}\r\n${zeroThenMore}`],
  ['a chunk longer than it says', framed('Transfer-Encoding: chunked') + `1\r\n{}\r\n${zeroThenMore}`],
  ['a chunk that ends in LF', framed('Transfer-Encoding: chunked') + `2\r\n{}\n0\r\n\r\n${smuggled}`],
  ['a chunk size that ends in LF', framed('Transfer-Encoding: chunked') + `2\n{}\r\n0\r\n\r\n${smuggled}`],
  ['no colon', framed('X-No-Colon', 'Content-Length: 2') + '{}'],
  ['no name', framed(': value', 'Content-Length: 2') + '{}'],
  ['no version', `POST /v2/models/m/infer\r\n${host}\r\n\r\n`],
  ['version 0.9', `POST /v2/models/m/infer HTTP/0.9\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['version 2', `POST /v2/models/m/infer HTTP/2.0\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a space in the target', `POST /v2/models/m/infer x HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a tab for a space', `POST\t/v2/models/m/infer\tHTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a path with an encoded slash', `POST /v2/models/m%2finfer HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a path with dots', `POST /v2/models/x/../m/infer HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a path of two slashes', `POST //v2/models/m/infer HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a path with a backslash', `POST /v2/models\\m/infer HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['bytes in the target that are to be quoted', `POST /v2/models/m/infer?k=\xc3\xa9 HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['another method', `GET /v2/models/m/infer HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a method in lower case', `post /v2/models/m/infer HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\n\r\n{}`],
  ['a header after 64 kB', framed(`X-A: ${'a'.repeat(70_000)}`, 'Content-Length: 2') + '{}'],
];

describe('what could mean two things', () => {
  it.each(AMBIGUOUS)('is refused and never reaches the upstream: %s', async (_name, wire) => {
    const { answers, ended } = await exchangeRaw(sidecar.url, wire);
    expect(ended ? '4' : answers[0]!.start.slice(9, 10)).toBe('4');
    await exchangeRaw(sidecar.url, wireOf({ name: 'after', body: 'after' }));
    expect(upstream.requests.map(({ body }) => body.toString())).toEqual(['after']);
  });
});
