import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ONE_ROW, startWatchedProxy, WATCHED_BYTES_MAX, type Exchange, type WatchedProxy } from './watched-proxy.js';

/* What of proxied traffic is counted, read from /metrics, and what is not, with its reason. */

const ROUTE = '/v2/models/trips/infer';

const tensors = (distance: readonly (number | null)[], city: readonly string[]) => [
  { name: 'distance', datatype: 'FP64', shape: [distance.length, 1], data: distance },
  { name: 'city', datatype: 'BYTES', shape: [city.length, 1], data: city },
];
const requestOf = (distance: readonly (number | null)[], city: readonly string[], id?: string): string =>
  JSON.stringify({ ...(id === undefined ? {} : { id }), inputs: tensors(distance, city) });
const answerWith = (...scores: readonly number[]): string =>
  JSON.stringify({ model_name: 'trips', outputs: [{ name: 'score', datatype: 'FP64', shape: [scores.length, 1], data: scores }] });

describe('Open Inference traffic', () => {
  let proxy: WatchedProxy;
  beforeAll(async () => {
    proxy = await startWatchedProxy('deadline: 1m', ROUTE);
  });
  afterAll(() => proxy.close());

  it('is counted by feature, output and slice', async () => {
    const exchange = {
      body: requestOf([1, null, 9], ['Bonn', 'Kiel', 'Oslo']),
      headers: { 'x-tenant': 'north' },
      answer: answerWith(0.2, 0.7, 0.9),
    };
    expect(await proxy.changes(exchange)).toEqual({
      predictions: 3,
      'feature_bin distance (-Inf,1.5]': 1,
      'feature_bin distance (2.5,+Inf]': 1,
      'feature_missing distance': 1,
      'feature_out_of_range distance': 1,
      'feature_bin city Bonn': 1,
      'feature_bin city __other__': 1,
      'feature_bin city __unseen__': 1,
      'feature_unseen city': 1,
      'output_bin (-Inf,0.5]': 1,
      'output_bin (0.5,+Inf]': 2,
      'slice_predictions city Bonn': 1,
      'slice_predictions city Kiel': 1,
      'slice_predictions city Oslo': 1,
      'slice_predictions tenant north': 3,
    });
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
    [
      'with fields that the protocol does not name',
      { body: JSON.stringify({ ...(JSON.parse(row) as object), priority: 1, outputs: [{ name: 'score', more: 1 }] }), answer },
    ],
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
    expect(await proxy.changes(exchange)).toEqual(ONE_ROW);
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
      expect(await proxy.changes({ body: row, answer })).toEqual(ONE_ROW);
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
