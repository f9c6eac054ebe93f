import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exchangeRaw } from './raw-http.js';
import { answerOf, startRawUpstream, type RawUpstream } from './raw-upstream.js';
import { accountsOf, startTestSidecar, type TestSidecar } from './test-sidecar.js';

/* Whatever bytes a server behind gives, each request has one end, the next one is served, and nothing of one answer shows in another. */

let upstream: RawUpstream;
let sidecar: TestSidecar;

beforeAll(async () => {
  upstream = await startRawUpstream(() => undefined);
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - { name: m, champion: { version: '1', upstream: { url: ${upstream.url}, breakerFailures: 1000000 } } }
`);
});

afterAll(async () => {
  await sidecar.close();
  await upstream.close();
});

const REQUEST = 'POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}';

const sound = fc.constantFrom(
  answerOf('200 OK', ['Content-Type: application/json', 'X-A: 1'], '{"outputs":[]}'),
  Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2;x=y\r\nef\r\n0\r\nX-T: 1\r\n\r\n'),
  Buffer.from('HTTP/1.1 204 No Content\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n'),
  Buffer.from('HTTP/1.0 500 Oops\r\n\r\nuntil the end'),
);

interface Change {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array | string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat({ max: 120 }),
  remove: fc.nat({ max: 4 }),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      '\0',
      ' ',
      ':',
      'Content-Length: 1\r\n',
      'Transfer-Encoding: chunked\r\n',
      'HTTP/1.1 100 Continue\r\n\r\n',
      '\r\n\r\n',
    ),
  ),
});

function changed(bytes: Buffer, changes: readonly Change[]): Buffer {
  return changes.reduce(
    (result, { at, remove, insert }) =>
      Buffer.concat([
        result.subarray(0, at),
        typeof insert === 'string' ? Buffer.from(insert, 'latin1') : insert,
        result.subarray(at + remove),
      ]),
    bytes,
  );
}

describe('an upstream that answers anything', () => {
  it('harms no other request, and every request is accounted for', async () => {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(sound, fc.array(change, { minLength: 1, maxLength: 4 }), async (bytes, changes) => {
        upstream.answer((socket) => socket.end(changed(bytes, changes)));
        await exchangeRaw(sidecar.url, REQUEST);
        upstream.answer((socket) => socket.write(answerOf('200 OK', [], `after ${asked}`)));
        const { answers } = await exchangeRaw(sidecar.url, REQUEST);
        expect(answers.map(({ body }) => body.toString())).toEqual([`after ${asked}`]);
        asked += 2;
      }),
      { seed: 20131101, numRuns: 300 },
    );
    const { received, answered, failed, shed, inFlight } = await accountsOf(sidecar, 'm');
    expect([received, inFlight, shed]).toEqual([asked, 0, 0]);
    expect(answered + failed).toBe(asked);
  });
});
