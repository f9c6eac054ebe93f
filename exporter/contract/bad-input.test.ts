import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MALFORMED_REQUESTS } from '../models/open-inference/malformed.js';
import { ERRORS } from '../errors.js';
import { hasProgram } from './debian-program.js';
import { sendRaw } from './raw-request.js';
import { MODELS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

let sidecar: TestSidecar;

const model = (name: string, options = '') => `
  - name: ${name}
    champion: { version: '1', onnx: { path: ${path.join(MODELS, `${name}.onnx`)}${options} } }`;

beforeAll(async () => {
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
server: { bodyBytesMax: 2000000 }
models:${model('identity-fp32')}${model('divide')}${model('hang', ', deadline: 300ms')}${model('allocate')}${model('grow', ', outputBytesMax: 1000000')}
`);
});

afterAll(() => sidecar.close());

interface Refusal {
  readonly error: string;
  readonly code: string;
}

const good = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}';
const post = (target: string, head: string, body = '') => `POST ${target} HTTP/1.1\r\n${head}\r\n\r\n${body}`;
const HOST = 'Host: localhost';
const LENGTH = `Content-Length: ${good.length}`;
const INFER = '/v2/models/identity-fp32/infer';

describe('a body that is no request', () => {
  it.each(MALFORMED_REQUESTS.map((malformed) => [malformed.name, malformed] as const))(
    '%s',
    async (_name, { body, code, headerLength }) => {
      const headers = headerLength === undefined ? {} : { 'inference-header-content-length': String(headerLength) };
      const answer = await sidecar.post(INFER, body, headers);
      const refusal = answer.json() as Refusal;
      expect([answer.status, refusal.code]).toEqual([ERRORS[code], code]);
      expect(Object.keys(refusal).sort()).toEqual(['code', 'error', 'request_id']);
      expect(answer.body.length).toBeLessThan(400);
    },
  );
});

const RAW: readonly (readonly [what: string, bytes: string | Buffer, status: number])[] = [
  ['two Host headers', post(INFER, `${HOST}\r\nHost: other\r\n${LENGTH}`, good), 400],
  ['a target in absolute form', post(`http://other${INFER}`, `${HOST}\r\n${LENGTH}`, good), 400],
  ['an absolute target elsewhere', post('http://other/metrics', HOST), 400],
  ['an Upgrade', post(INFER, `${HOST}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n${LENGTH}`, good), 400],
  ['two lengths', post(INFER, `${HOST}\r\n${LENGTH}\r\nContent-Length: 3`, good), 400],
  ['a length and chunks', post(INFER, `${HOST}\r\n${LENGTH}\r\nTransfer-Encoding: chunked`, '0\r\n\r\n'), 400],
  ['a negative length', post(INFER, `${HOST}\r\nContent-Length: -1`), 400],
  ['a length in hexadecimal', post(INFER, `${HOST}\r\nContent-Length: 0x10`), 400],
  ['a length with a plus', post(INFER, `${HOST}\r\nContent-Length: +5`, 'abcde'), 400],
  ['a length beyond the limit', post(INFER, `${HOST}\r\nContent-Length: 2000001`), 413],
  ['a length of twenty digits', post(INFER, `${HOST}\r\nContent-Length: 99999999999999999999`), 400],
  ['a chunk size that is none', post(INFER, `${HOST}\r\nTransfer-Encoding: chunked`, 'zz\r\n\r\n'), 400],
  ['a chunk size with a minus', post(INFER, `${HOST}\r\nTransfer-Encoding: chunked`, '-1\r\n\r\n'), 400],
  ['another transfer encoding', post(INFER, `${HOST}\r\nTransfer-Encoding: gzip, chunked, gzip`), 400],
  ['a space before the colon', post(INFER, `${HOST}\r\nContent-Length : 5`, 'abcde'), 400],
  ['a folded header', post(INFER, `${HOST}\r\nX-A: 1\r\n 2\r\n${LENGTH}`, good), 400],
  ['a header name with a space', post(INFER, `${HOST}\r\nX A: 1\r\n${LENGTH}`, good), 400],
  ['a NUL in a header', post(INFER, `${HOST}\r\nX-A: a\0b\r\n${LENGTH}`, good), 400],
  ['no Host', `POST ${INFER} HTTP/1.1\r\n${LENGTH}\r\n\r\n${good}`, 400],
  ['HTTP/0.9', 'GET /\r\n\r\n', 400],
  ['HTTP/2 in the clear', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x00]), 400],
  ['noise', Buffer.from([0, 1, 2, 3, 255, 254, 13, 10, 13, 10]), 400],
  ['an unknown method', `BREW / HTTP/1.1\r\n${HOST}\r\n\r\n`, 400],
  ['headers of a megabyte', post(INFER, `${HOST}\r\nX-A: ${'x'.repeat(1_000_000)}`), 431],
  ['GET where only POST goes', `GET ${INFER} HTTP/1.1\r\n${HOST}\r\n\r\n`, 405],
  ['DELETE of a model', `DELETE /v2/models/divide HTTP/1.1\r\n${HOST}\r\n\r\n`, 405],
  ['PUT to ground truth', `PUT /v1/ground-truth HTTP/1.1\r\n${HOST}\r\nContent-Length: 0\r\n\r\n`, 405],
  ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}\r\n\r\n`, 405],
  ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n\r\n`, 400],
  ['a path that does not exist', `GET /admin HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
  ['dot segments', `GET /v2/../metrics HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
  ['an encoded slash', `GET /v2%2fmodels HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
  ['a broken escape', `GET /v2/models/%zz HTTP/1.1\r\n${HOST}\r\n\r\n`, 400],
  ['an encoded NUL', `GET /v2/models/a%00 HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
  ['a doubled slash', `GET //metrics HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
  ['a backslash', post('/v2\\models\\divide\\infer', `${HOST}\r\nContent-Length: 0`), 404],
  ['another case', `GET /Metrics HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
  ['a model of an unknown name', post('/v2/models/nobody/infer', `${HOST}\r\n${LENGTH}`, good), 404],
  ['a model named __proto__', post('/v2/models/__proto__/infer', `${HOST}\r\n${LENGTH}`, good), 404],
  ['a version of an unknown name', post('/v2/models/divide/versions/2/infer', `${HOST}\r\n${LENGTH}`, good), 404],
  ['an id header of 300 characters', post(INFER, `${HOST}\r\nX-Request-Id: ${'x'.repeat(300)}\r\n${LENGTH}`, good), 400],
  ['a header length that is no number', post(INFER, `${HOST}\r\nInference-Header-Content-Length: ten\r\n${LENGTH}`, good), 400],
  ['a header length beyond the body', post(INFER, `${HOST}\r\nInference-Header-Content-Length: 999\r\n${LENGTH}`, good), 400],
];

describe('bytes that are no request', () => {
  it.each(RAW)('%s', async (_what, bytes, status) => {
    const answer = await sendRaw(sidecar.url, bytes);
    expect(answer.statuses).toEqual([status]);
    if (status !== 204) expect(answer.text).toMatch(/\{"error":".+","code":"[a-z_]+".*\}$/);
  });

  it('a client that leaves in the middle is accounted for', async () => {
    const gone = 'modelwatch_validation_errors_total{model="identity-fp32",code="client_closed"}';
    const before = (await sidecar.series(gone)) ?? 0;
    await sendRaw(sidecar.url, post(INFER, `${HOST}\r\nContent-Length: 1000`, 'half'));
    // The server learns of it a little later.
    let counted: number | undefined;
    for (let attempt = 0; attempt < 100 && counted !== before + 1; attempt++) counted = await sidecar.series(gone);
    expect(counted).toBe(before + 1);
  });

  it('two requests at once on one connection are both answered, in order', async () => {
    const answer = await sendRaw(sidecar.url, post(INFER, `${HOST}\r\n${LENGTH}`, good) + post(INFER, `${HOST}\r\n${LENGTH}`, good));
    expect(answer.statuses).toEqual([200, 200]);
  });
});

const int32 = (name: string, value: number) => ({ name, datatype: 'INT32', shape: [1], data: [value] });
const int64 = (name: string, values: readonly number[]) => ({ name, datatype: 'INT64', shape: [values.length], data: values });
const bodyOf = (...inputs: readonly object[]) => JSON.stringify({ inputs });

describe('a request that is an attack on its model', () => {
  it('SIGFPE: -2147483648 / -1 is answered, quarantined the second time, and harms nobody else', async () => {
    const deadly = bodyOf(int32('a', -2_147_483_648), int32('b', -1));
    const harmless = bodyOf(int32('a', 12), int32('b', 4));
    const codes: string[] = [];
    for (let i = 0; i < 3; i++) {
      codes.push(((await sidecar.post('/v2/models/divide/infer', deadly)).json() as Refusal).code);
      expect((await sidecar.post(INFER, good)).status).toBe(200);
    }
    expect(codes.at(-1)).toBe('quarantined');
    const answer = await sidecar.post('/v2/models/divide/infer', harmless);
    expect([answer.status, (answer.json() as { outputs: { data: number[] }[] }).outputs[0]?.data]).toEqual([200, [3]]);
    expect(await sidecar.series('modelwatch_quarantined_requests{model="divide",version="1",role="champion"}')).toBe(1);
  });

  it('a model that hangs is ended at its deadline; others are served meanwhile', async () => {
    const hanging = sidecar.post('/v2/models/hang/infer', bodyOf(int64('n', [2_000_000_000])));
    expect((await sidecar.post(INFER, good)).status).toBe(200);
    const answer = await hanging;
    expect([answer.status, (answer.json() as Refusal).code]).toEqual([504, 'deadline_exceeded']);
    // The next child may take longer to start than a request may wait.
    let status = 0;
    for (let attempt = 0; attempt < 100 && status !== 200; attempt++) {
      ({ status } = await sidecar.post('/v2/models/hang/infer', bodyOf(int64('n', [1]))));
    }
    expect(status).toBe(200);
  });

  it('a model that allocates without end fails its own request', async () => {
    const answer = await sidecar.post('/v2/models/allocate/infer', bodyOf(int64('shape', [1_000_000, 1_000_000])));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await sidecar.post(INFER, good)).status).toBe(200);
    expect((await sidecar.post('/v2/models/allocate/infer', bodyOf(int64('shape', [2, 2])))).status).toBe(200);
  });

  it('an output beyond the limit is refused', async () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }, int64('repeats', [1_000_000])];
    const answer = await sidecar.post('/v2/models/grow/infer', bodyOf(...inputs));
    expect([answer.status, (answer.json() as Refusal).code]).toEqual([500, 'output_too_large']);
  });
});

describe('after all of it', () => {
  it('every request is accounted for, exactly', async () => {
    const series = await sidecar.seriesOf('modelwatch_requests_');
    const sum = (prefix: string) => [...series].reduce((total, [name, value]) => total + (name.startsWith(prefix) ? value : 0), 0);
    expect(sum('modelwatch_requests_received_total')).toBeGreaterThan(MALFORMED_REQUESTS.length);
    expect(sum('modelwatch_requests_received_total')).toBe(
      sum('modelwatch_requests_answered_total') + sum('modelwatch_requests_failed_total') + sum('modelwatch_requests_shed_total'),
    );
  });

  it('each answered prediction is counted once, and no refused one', async () => {
    const ok = await sidecar.series('modelwatch_requests_answered_total{model="identity-fp32",version="1",role="champion",code="2xx"}');
    expect(await sidecar.series('modelwatch_predictions_total{model="identity-fp32",version="1",role="champion"}')).toBe(ok);
  });

  (hasProgram('promtool') ? it : it.skip)('the scrape passes promtool', async () => {
    const input = await (await fetch(`${sidecar.url}/metrics`)).text();
    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([0, '']);
  });
});
