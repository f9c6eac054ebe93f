import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MODELS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

// The champion is scored in a child, its challengers behind servers of their own that answer, hang, break off, refuse and answer nonsense.

const OUTCOMES = ['scored', 'dropped', 'failed', 'timed_out', 'skipped'] as const;

/** What a server does with a copy; the number of rows comes with it. */
type Behaviour = (response: ServerResponse, rows: number) => void;

const answerOf = (rows: number, values = 2) =>
  JSON.stringify({
    model_name: 'there',
    outputs: [{ name: 'y', datatype: 'FP32', shape: [rows, values], data: new Array<number>(rows * values).fill(0.75) }],
  });
const answering: Behaviour = (response, rows) => void response.end(answerOf(rows));

const BEHAVIOURS = {
  well: answering,
  hang: () => undefined,
  broken: (response) => void response.writeHead(500).end('{"error":"broken"}'),
  busy: (response) => void response.writeHead(503).end(),
  choosy: (response) => void response.writeHead(400).end('{"error":"not for me"}'),
  away: (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  shape: (response, rows) => void response.end(answerOf(rows + 1)),
  words: (response) => void response.end('no JSON'),
  endless: (response) => {
    response.writeHead(200);
    const write = () => {
      while (response.write(Buffer.alloc(65_536, 32)));
      response.once('drain', write);
    };
    write();
  },
  cut: (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"outputs":');
    response.destroy();
  },
} satisfies Record<string, Behaviour>;
type Version = keyof typeof BEHAVIOURS;
/** What becomes of every copy. */
const EXPECTED: Readonly<Record<Version, (typeof OUTCOMES)[number]>> = {
  well: 'scored',
  hang: 'timed_out',
  broken: 'failed',
  busy: 'failed',
  choosy: 'skipped',
  away: 'failed',
  shape: 'failed',
  words: 'failed',
  endless: 'failed',
  cut: 'failed',
};

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly url: string | undefined;
}

/** One server for them all: the model's name there says which it is. */
function server(seen: Map<string, Seen[]>): Server {
  return createServer((request, response) => {
    const [, name = ''] = /^\/v2\/models\/([^/]+)\//.exec(request.url ?? '') ?? [];
    if (request.method === 'GET') return void response.end('{}');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      seen.set(name, [...(seen.get(name) ?? []), { headers: request.headers, body, url: request.url }]);
      const length = Number(request.headers['inference-header-content-length'] ?? body.length);
      const { inputs } = JSON.parse(body.subarray(0, length).toString()) as { inputs: readonly { shape: readonly number[] }[] };
      BEHAVIOURS[name as Version](response, inputs[0]!.shape[0]!);
    });
  }).listen(0, '127.0.0.1');
}

const labelsOf = (version: string) => `model="m",version="${version}",role="challenger"`;
const VERSIONS = Object.keys(BEHAVIOURS) as Version[];

describe('challengers behind a server of their own', () => {
  const seen = new Map<string, Seen[]>();
  let upstream: Server;
  let sidecar: TestSidecar;
  const yamlOf = (port: number) => `
store: { path: ':memory:' }
models:
  - name: m
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }
    output: { tensor: y, column: 0 }
    challengers:
${VERSIONS.map(
  (version) =>
    `      - { version: ${version}, inFlightMax: 200, upstream: { url: 'http://127.0.0.1:${port}', model: ${version}, deadline: 1s, answerBytesMax: 100000 } }`,
)
  .slice(0, 8)
  .join('\n')}
  - name: n
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }
    output: { tensor: y, column: 0 }
    challengers:
${VERSIONS.slice(8)
  .map(
    (version) =>
      `      - { version: ${version}, upstream: { url: 'http://127.0.0.1:${port}', model: ${version}, deadline: 1s, answerBytesMax: 100000 } }`,
  )
  .join('\n')}
      - { version: nobody, upstream: { url: 'http://127.0.0.1:9' } }
`;

  beforeAll(async () => {
    upstream = server(seen);
    await once(upstream, 'listening');
    sidecar = await startTestSidecar(yamlOf((upstream.address() as AddressInfo).port));
    for (const [model, versions] of [
      ['m', VERSIONS.slice(0, 8)],
      ['n', VERSIONS.slice(8)],
    ] as const) {
      for (const version of versions) {
        const ready = `modelwatch_model_ready{model="${model}",version="${version}",role="challenger"}`;
        await until(async () => (await sidecar.series(ready)) === 1);
      }
    }
  }, 120_000);

  afterAll(async () => {
    await sidecar.close();
    upstream.closeAllConnections();
    upstream.close();
  });

  const inputs = (rows: number, value = '0.25') =>
    `{"id":"r-${rows}-${value}","inputs":[{"name":"x","datatype":"FP32","shape":[${rows},2],"data":[${new Array(rows * 2).fill(value).join(',')}]}]}`;
  const outcomesOf = async (model: string, version: string, sent: number) => {
    const labels = `model="${model}",version="${version}",role="challenger"`;
    const of = async (name: string, more = '') => (await sidecar.series(`modelwatch_shadow_${name}{${labels}${more}}`)) ?? NaN;
    await until(async () => (await of('sent_total')) === sent && (await of('in_flight')) === 0);
    const counts = await Promise.all(
      OUTCOMES.map(async (outcome) => [outcome, await of('outcomes_total', `,outcome="${outcome}"`)] as const),
    );
    return Object.fromEntries(counts) as Record<string, number>;
  };

  it('cost the champion neither an answer nor a byte, and every copy is accounted for', async () => {
    const requests = 20;
    for (const model of ['m', 'n']) {
      for (let i = 1; i <= requests; i++) {
        const answer = await sidecar.post(`/v2/models/${model}/infer`, inputs(i), {
          'content-type': 'application/json',
          authorization: 'Bearer of-somebody',
          'x-request-id': 'secret-of-the-caller',
        });
        expect(answer.status).toBe(200);
        expect(answer.json()).toMatchObject({ outputs: [{ name: 'y', shape: [i, 2], data: new Array<number>(2 * i).fill(0.25) }] });
      }
      expect(await sidecar.series(`modelwatch_requests_answered_total{model="${model}",version="1",role="champion",code="2xx"}`)).toBe(
        requests,
      );
      const failed = await sidecar.seriesOf(`modelwatch_requests_failed_total{model="${model}"`);
      expect([...failed.values()].reduce((sum, count) => sum + count, 0)).toBe(0);
    }
    const found = await Promise.all(
      VERSIONS.map(async (version, i) => [version, await outcomesOf(i < 8 ? 'm' : 'n', version, requests)] as const),
    );
    const none = { scored: 0, dropped: 0, failed: 0, timed_out: 0, skipped: 0 };
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(VERSIONS.map((version) => [version, { ...none, [EXPECTED[version]]: requests }])),
    );
    // Its server has never been ready.
    expect(await outcomesOf('n', 'nobody', requests)).toEqual({ ...none, skipped: requests });
    expect(await sidecar.series('modelwatch_model_ready{model="n",version="nobody",role="challenger"}')).toBe(0);
  }, 120_000);

  it('get the inputs of a request and nothing else of it, also numbers that JSON cannot carry', async () => {
    const copies = seen.get('well')!;
    expect(copies[2]).toMatchObject({ url: '/v2/models/well/infer' });
    expect(JSON.parse(copies[2]!.body.toString())).toEqual({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [3, 2], data: new Array(6).fill(0.25) }],
      outputs: [{ name: 'y' }],
    });
    for (const { headers, body } of copies) {
      expect(headers).not.toHaveProperty('authorization');
      expect(JSON.stringify(headers) + body.toString()).not.toMatch(/secret-of-the-caller|of-somebody|r-\d/);
    }
    const head = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}]}';
    const numbers = Float32Array.of(NaN, -Infinity);
    const answer = await sidecar.post('/v2/models/m/infer', Buffer.concat([Buffer.from(head), Buffer.from(numbers.buffer)]), {
      'inference-header-content-length': String(head.length),
    });
    expect(answer.status).toBe(200);
    await until(async () => Promise.resolve(seen.get('well')!.length === copies.length + 1));
    const { headers, body } = seen.get('well')!.at(-1)!;
    const length = Number(headers['inference-header-content-length']);
    expect(new Float32Array(new Uint8Array(body.subarray(length)).buffer)).toEqual(numbers);
  });

  it('are compared as any other: outputs, latency, source', async () => {
    const agreed = await sidecar.seriesOf(`modelwatch_shadow_agreement_total{${labelsOf('well')}`);
    expect(agreed.get(`modelwatch_shadow_agreement_total{${labelsOf('well')},outcome="challenger_only_positive"}`)).toBe(210);
    expect(await sidecar.series(`modelwatch_scoring_duration_seconds_count{${labelsOf('well')}}`)).toBe(
      await sidecar.series(`modelwatch_shadow_outcomes_total{${labelsOf('well')},outcome="scored"}`),
    );
    expect(await sidecar.series(`modelwatch_model_info{${labelsOf('well')},source="upstream",team="unassigned"}`)).toBe(1);
    const told = (await (await fetch(`${sidecar.url}/v1/models/m/challengers`)).json()) as { challengers: readonly { text: string }[] };
    expect(told.challengers.map(({ text }) => text)).toContainEqual(expect.stringContaining('insufficient_data'));
  });

  it('that hang do not hold up a drain, and their copies are dropped', async () => {
    const draining = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: m
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }
    output: { tensor: y, column: 0 }
    challengers: [{ version: hang, upstream: { url: 'http://127.0.0.1:${(upstream.address() as AddressInfo).port}', model: hang, deadline: 1h } }]
`);
    await until(async () => (await draining.series(`modelwatch_model_ready{${labelsOf('hang')}}`)) === 1);
    const before = seen.get('hang')!.length;
    for (let i = 1; i <= 5; i++) await draining.post('/v2/models/m/infer', inputs(i));
    await until(async () => Promise.resolve(seen.get('hang')!.length === before + 5));
    expect(await draining.series(`modelwatch_shadow_in_flight{${labelsOf('hang')}}`)).toBe(5);
    await draining.close();
  }, 60_000);
});
