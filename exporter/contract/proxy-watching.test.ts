import path from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answerOf, startRawUpstream, type RawUpstream } from './raw-upstream.js';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';

/* What of proxied traffic is counted, read from /metrics, and what is not, with its reason. */

const BASELINE = path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json');
const WATCHED_BYTES_MAX = 20_000;

interface Exchange {
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: string | Buffer;
  readonly answerHeaders?: readonly string[];
  readonly status?: string;
}

/** Families that tell what was watched, and of which only series that changed are compared. */
const FAMILIES =
  /^modelwatch_(?:feature_bin|feature_missing|feature_out_of_range|feature_unseen|output_bin|output_missing|slice_predictions|predictions|watch_skipped|watch_errors)_total/;
const ROUTES = { openInference: '/v2/models/trips/infer', json: '/predict' };

/** A sidecar in front of an upstream that answers as the test says. */
async function proxyOf(upstreamYaml: string, route: string) {
  const upstream: RawUpstream = await startRawUpstream(() => undefined);
  const sidecar: TestSidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: trips
    champion:
      version: '1'
      upstream: { url: ${upstream.url}, watchedBytesMax: ${WATCHED_BYTES_MAX}, ${upstreamYaml} }
      baseline: ${BASELINE}
    slices: [{ name: city }, { name: tenant, header: x-tenant }]
`);
  const send = async ({ body, headers = {}, answer, answerHeaders = [], status = '200 OK' }: Exchange) => {
    upstream.answer((socket) => socket.write(answerOf(status, answerHeaders, answer)));
    return sidecar.post(route, body, headers);
  };
  const watched = async () => (await sidecar.series('modelwatch_watch_duration_seconds_count')) ?? 0;
  return {
    send,
    sidecar,
    /** Series that an exchange changes, by their short names, once it has been watched. */
    async changes(exchange: Exchange): Promise<Readonly<Record<string, number>>> {
      const before = await sidecar.seriesOf('modelwatch_');
      const watchedBefore = await watched();
      await send(exchange);
      while ((await watched()) === watchedBefore) await new Promise(setImmediate);
      const changed: Record<string, number> = {};
      for (const [name, value] of await sidecar.seriesOf('modelwatch_')) {
        const difference = value - (before.get(name) ?? 0);
        if (FAMILIES.test(name) && difference !== 0) changed[shortName(name)] = difference;
      }
      return changed;
    },
    /** Whether ground truth finds a prediction of this id. */
    async joins(id: string): Promise<boolean> {
      const joined = 'modelwatch_ground_truth_joined_total{model="trips",version="1",role="champion"}';
      const before = (await sidecar.series(joined)) ?? 0;
      const answer = await sidecar.post('/v1/ground-truth', JSON.stringify({ model: 'trips', id, value: 1 }));
      expect(answer.status).toBe(200);
      return ((await sidecar.series(joined)) ?? 0) === before + 1;
    },
    async close() {
      await sidecar.close();
      await upstream.close();
    },
  };
}

/** `feature_bin_total city Bonn` for `modelwatch_feature_bin_total{model="trips",version="1",feature="city",bin="Bonn"}`. */
function shortName(series: string): string {
  const [name = '', labels = ''] = series.split('{');
  const values = [...labels.matchAll(/(\w+)="([^"]*)"/g)].flatMap(([, label, value]) =>
    ['model', 'version', 'role'].includes(label!) ? [] : [value!],
  );
  return [name.replace(/^modelwatch_|_total$/g, ''), ...values].join(' ');
}

type Proxy = Awaited<ReturnType<typeof proxyOf>>;

const tensors = (distance: readonly (number | null)[], city: readonly string[]) => [
  { name: 'distance', datatype: 'FP64', shape: [distance.length, 1], data: distance },
  { name: 'city', datatype: 'BYTES', shape: [city.length, 1], data: city },
];
const requestOf = (distance: readonly (number | null)[], city: readonly string[], id?: string): string =>
  JSON.stringify({ ...(id === undefined ? {} : { id }), inputs: tensors(distance, city) });
const answerWith = (...scores: readonly number[]): string =>
  JSON.stringify({ model_name: 'trips', outputs: [{ name: 'score', datatype: 'FP64', shape: [scores.length, 1], data: scores }] });

/** One row: a distance of 2 in Bonn, scored 0.8. */
const oneRow = {
  predictions: 1,
  'feature_bin distance (1.5,2.5]': 1,
  'feature_bin city Bonn': 1,
  'output_bin (0.5,+Inf)': 1,
  'slice_predictions city Bonn': 1,
};

describe('Open Inference traffic', () => {
  let proxy: Proxy;
  beforeAll(async () => {
    proxy = await proxyOf('deadline: 1m', ROUTES.openInference);
  });
  afterAll(() => proxy.close());

  it('is counted by feature, output and slice', async () => {
    const exchange = {
      body: requestOf([1, null, 9], ['Bonn', 'Kiel', 'Oslo']),
      headers: { 'x-tenant': 'north' },
      answer: answerWith(0.2, 0.7, 0.9),
    };
    expect(await proxy.changes(exchange)).toMatchInlineSnapshot();
  });

  const binaryHead = JSON.stringify({
    inputs: [
      { name: 'distance', datatype: 'FP64', shape: [1, 1], parameters: { binary_data_size: 8 } },
      { name: 'city', datatype: 'BYTES', shape: [1, 1], parameters: { binary_data_size: 8 } },
    ],
  });
  const binaryAnswerHead = JSON.stringify({
    outputs: [{ name: 'score', datatype: 'FP32', shape: [1, 1], parameters: { binary_data_size: 4 } }],
  });
  const bytesOfCity = Buffer.concat([Buffer.from(Uint32Array.of(4).buffer), Buffer.from('Bonn')]);
  const row = requestOf([2], ['Bonn']);
  const answer = answerWith(0.8);
  const json = 'Content-Type: application/json';

  it.each<readonly [name: string, exchange: Exchange]>([
    ['as JSON', { body: row, answer }],
    [
      'as binary tensors',
      {
        body: Buffer.concat([Buffer.from(binaryHead), Buffer.from(Float64Array.of(2).buffer), bytesOfCity]),
        headers: { 'inference-header-content-length': String(binaryHead.length) },
        answer: Buffer.concat([Buffer.from(binaryAnswerHead), Buffer.from(Float32Array.of(0.8).buffer)]),
        answerHeaders: [`Inference-Header-Content-Length: ${binaryAnswerHead.length}`],
      },
    ],
    [
      'as one wide tensor',
      { body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'BYTES', shape: [1, 2], data: ['2', 'Bonn'] }] }), answer },
    ],
    ['with a compressed request', { body: gzipSync(row), headers: { 'content-encoding': 'gzip' }, answer }],
    ['with a compressed answer', { body: row, answer: gzipSync(answer), answerHeaders: [json, 'Content-Encoding: GZIP'] }],
    [
      'deflated both ways',
      {
        body: deflateSync(row),
        headers: { 'content-encoding': 'deflate' },
        answer: deflateSync(answer),
        answerHeaders: ['Content-Encoding: deflate'],
      },
    ],
    ['with an answer by brotli', { body: row, answer: brotliCompressSync(answer), answerHeaders: ['Content-Encoding: br'] }],
    ['that says it is not encoded', { body: row, headers: { 'content-encoding': 'identity' }, answer }],
    [
      'with an answer of other outputs before the watched one',
      {
        body: row,
        answer: JSON.stringify({
          outputs: [
            { name: 'label', datatype: 'INT64', shape: [1], data: [1] },
            { name: 'p', datatype: 'FP32', shape: [1, 2], data: [0.2, 0.8] },
          ],
        }),
      },
    ],
    ['with an answer of status 201', { body: row, answer, status: '201 Created' }],
  ])('is read %s', async (_name, exchange) => {
    expect(await proxy.changes(exchange)).toEqual(oneRow);
  });

  it('may say NaN where JSON cannot, as Triton does', async () => {
    const exchange = { body: requestOf([2], ['Bonn']).replace('[2]', '[NaN]'), answer: answerWith(0.8).replace('[0.8]', '[NaN]') };
    expect(await proxy.changes(exchange)).toEqual({
      predictions: 1,
      'feature_missing distance': 1,
      'feature_bin city Bonn': 1,
      output_missing: 1,
      'slice_predictions city Bonn': 1,
    });
  });

  const filler = ' '.repeat(WATCHED_BYTES_MAX);
  it.each<readonly [name: string, reason: string, exchange: Exchange]>([
    ['a large request', 'too_large', { body: row + filler, answer }],
    ['a large answer', 'too_large', { body: row, answer: answer + filler }],
    ['a request that inflates to more', 'too_large', { body: gzipSync(row + filler), headers: { 'content-encoding': 'gzip' }, answer }],
    [
      'an answer that inflates to more',
      'too_large',
      { body: row, answer: gzipSync(answer + filler), answerHeaders: ['Content-Encoding: gzip'] },
    ],
    ['an unknown encoding', 'encoding', { body: row, headers: { 'content-encoding': 'zstd' }, answer }],
    ['two encodings', 'encoding', { body: row, headers: { 'content-encoding': 'gzip, br' }, answer }],
    ['an encoding that lies', 'undecodable', { body: row, headers: { 'content-encoding': 'gzip' }, answer }],
    [
      'a compressed body that breaks off',
      'undecodable',
      { body: gzipSync(row).subarray(0, -9), headers: { 'content-encoding': 'gzip' }, answer },
    ],
    ['a request that is no JSON', 'undecodable', { body: 'no', answer }],
    ['an answer that is no JSON', 'undecodable', { body: row, answer: '<html>' }],
    ['an answer without outputs', 'undecodable', { body: row, answer: '{}' }],
    ['a binary length that is none', 'undecodable', { body: row, headers: { 'inference-header-content-length': 'x' }, answer }],
    ['tensors that disagree on the rows', 'shape', { body: requestOf([1, 2], ['Bonn']), answer }],
  ])('passes and is counted as not watched: %s (%s)', async (_name, reason, exchange) => {
    expect(await proxy.changes(exchange)).toEqual({ [`watch_skipped ${reason}`]: 1 });
  });

  it.each(['400 Bad Request', '404 Not Found', '302 Found', '500 Internal Server Error', '503 Service Unavailable'])(
    'is not watched where it was answered with %s',
    async (status) => {
      expect((await proxy.send({ body: requestOf([1], ['Kiel']), answer: answerWith(0.1), status })).status).toBe(
        Number(status.slice(0, 3)),
      );
      expect(await proxy.changes({ body: row, answer })).toEqual(oneRow);
    },
  );

  const header = 'x-request-id';
  it('is known by its own id, before that of a header', async () => {
    const sent = await proxy.send({ body: requestOf([2], ['Bonn'], 'own'), headers: { [header]: 'of-header' }, answer });
    expect(sent.headers.get(header)).toBeNull();
    expect([await proxy.joins('own'), await proxy.joins('of-header')]).toEqual([true, false]);
  });

  it('is known by the id of its header', async () => {
    const sent = await proxy.send({ body: row, headers: { [header]: 'of-header-2' }, answer });
    expect(sent.headers.get(header)).toBeNull();
    expect(await proxy.joins('of-header-2')).toBe(true);
  });

  it.each([
    ['nothing names it', row, {}],
    [
      'a value is called id',
      JSON.stringify({ inputs: [...tensors([2], ['Bonn']), { name: 'id', datatype: 'BYTES', shape: [1, 1], data: ['id'] }] }),
      {},
    ],
    ['its header is too long to be an id', row, { [header]: 'i'.repeat(300) }],
  ])('is told its id in the answer where %s', async (_name, body, headers) => {
    const sent = await proxy.send({ body, headers, answer });
    const id = sent.headers.get(header);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await proxy.joins(id!)).toBe(true);
  });

  it('is known by the id that the upstream gives it where it has none', async () => {
    const sent = await proxy.send({ body: row, answer, answerHeaders: ['X-Request-Id: theirs'] });
    expect(sent.headers.get(header)).toBe('theirs');
    expect(await proxy.joins('theirs')).toBe(true);
  });

  it('of several rows is known by row', async () => {
    await proxy.send({ body: requestOf([1, 2], ['Bonn', 'Bonn'], 'pair'), answer: answerWith(0.1, 0.2) });
    expect([await proxy.joins('pair/0'), await proxy.joins('pair/1'), await proxy.joins('pair')]).toEqual([true, true, false]);
  });
});

describe('JSON traffic by a mapping', () => {
  let proxy: Proxy;
  const mapping = `
        path: /predict,
        rows: /instances,
        features: { distance: /trip/distance~1km, city: /places/0 },
        outputRows: /results/rows,
        output: /scores/1,
        id: /key`;
  beforeAll(async () => {
    proxy = await proxyOf(`protocol: json, mapping: {${mapping} }`, ROUTES.json);
  });
  afterAll(() => proxy.close());

  const rowOf = (distance: unknown, city: unknown, key?: unknown) => ({ trip: { 'distance/km': distance }, places: [city], key });
  const bodyOf = (...instances: readonly unknown[]): string => JSON.stringify({ instances });
  const resultsOf = (...scores: readonly unknown[]): string =>
    JSON.stringify({ results: { rows: scores.map((score) => ({ scores: [0, score] })) } });

  it('passes at its own path, with its query, and at no other', async () => {
    const answer = await proxy.send({ body: bodyOf(rowOf(2, 'Bonn')), answer: resultsOf(0.8) });
    expect([answer.status, answer.body.toString()]).toEqual([200, resultsOf(0.8)]);
    expect((await proxy.sidecar.post(ROUTES.openInference, '{}')).status).toBe(404);
    expect((await proxy.sidecar.post('/predict/', '{}')).status).toBe(404);
  });

  it('is counted like any other', async () => {
    expect(await proxy.changes({ body: bodyOf(rowOf(2, 'Bonn')), answer: resultsOf(0.8) })).toEqual(oneRow);
  });

  it('takes numbers, text, true and false, and leaves the rest as missing', async () => {
    const body = bodyOf(
      rowOf('2', 'Bonn'),
      rowOf(null, null),
      rowOf(undefined, ''),
      rowOf([2], { name: 'Bonn' }),
      rowOf('far', true),
      {},
      7,
      null,
    );
    const answer = resultsOf(0.8, null, '0.8', undefined, 0.1, 0.1, 0.1, 0.1);
    expect(await proxy.changes({ body, answer })).toEqual({
      predictions: 8,
      'feature_bin distance (1.5,2.5]': 1,
      'feature_missing distance': 7,
      'feature_bin city Bonn': 1,
      'feature_bin city __unseen__': 1,
      'feature_unseen city': 1,
      'feature_missing city': 6,
      'output_bin (-Inf,0.5]': 4,
      'output_bin (0.5,+Inf)': 1,
      output_missing: 3,
      'slice_predictions city Bonn': 1,
      'slice_predictions city true': 1,
    });
  });

  it.each<readonly [name: string, reason: string, body: string, answer: string]>([
    ['no JSON', 'undecodable', '{', resultsOf(0.8)],
    ['an answer that is no JSON', 'undecodable', bodyOf(rowOf(2, 'Bonn')), 'ok'],
    ['JSON nested too deep', 'undecodable', `${'['.repeat(100)}${']'.repeat(100)}`, resultsOf(0.8)],
    ['no rows', 'shape', '{}', resultsOf(0.8)],
    ['rows that are no list', 'shape', '{"instances":{}}', resultsOf(0.8)],
    ['more rows than outputs', 'shape', bodyOf(rowOf(2, 'Bonn'), rowOf(2, 'Bonn')), resultsOf(0.8)],
    ['names that every object has', 'shape', '{"instances":[]}', '{"constructor":{}}'],
  ])('passes and is counted as not watched: %s (%s)', async (_name, reason, body, answer) => {
    expect(await proxy.changes({ body, answer })).toEqual({ [`watch_skipped ${reason}`]: 1 });
  });

  it('is known by the id of each row, and by that of the request where a row has none of use', async () => {
    const body = bodyOf(rowOf(1, 'Bonn', 'first'), rowOf(1, 'Bonn', 42), rowOf(1, 'Bonn'), rowOf(1, 'Bonn', ''));
    await proxy.send({ body, headers: { 'x-request-id': 'request' }, answer: resultsOf(0.1, 0.1, 0.1, 0.1) });
    const found = [];
    for (const id of ['first', '42', 'request/2', 'request/3', 'request/0']) found.push(await proxy.joins(id));
    expect(found).toEqual([true, true, true, true, false]);
  });

  it('is told its id in the answer where nothing names it', async () => {
    const sent = await proxy.send({ body: bodyOf(rowOf(1, 'Bonn')), answer: resultsOf(0.1) });
    expect(await proxy.joins(sent.headers.get('x-request-id')!)).toBe(true);
    const named = await proxy.send({ body: bodyOf(rowOf(1, 'Bonn', 'k')), answer: resultsOf(0.1) });
    expect(named.headers.get('x-request-id')).toBeNull();
  });
});

describe('JSON traffic of one row a request', () => {
  let proxy: Proxy;
  beforeAll(async () => {
    proxy = await proxyOf("protocol: json, mapping: { path: /predict, features: { distance: /d, city: /c }, output: '' }", ROUTES.json);
  });
  afterAll(() => proxy.close());

  it('is read from the request and the answer themselves', async () => {
    expect(await proxy.changes({ body: '{"d":2,"c":"Bonn"}', answer: '0.8' })).toEqual(oneRow);
  });
});
