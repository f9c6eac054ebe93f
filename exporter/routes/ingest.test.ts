import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { metric, type PredictionBatch } from '@modelwatch/core';
import { fail, succeed, type ErrorCode } from '../errors.js';
import { openSqliteStore, type PayloadHalf, type Store } from '../store/index.js';
import { numberFamily } from '../telemetry/series.js';
import { loopbackGuard } from '../contract/test-guard.js';
import { createApp } from './app.js';
import { postCloudEvent } from './cloud-events.js';
import { postGroundTruth } from './ground-truth.js';
import type { IngestModel } from './ingest-model.js';
import {
  ce,
  json,
  ndjson,
  ofCloudEvents,
  ofPredictions,
  ofResponse,
  ofTruths,
  prediction,
  truth,
  type,
  without,
  type RequestHeaders,
} from './malformed-events.js';
import { postPredictions } from './predictions.js';
import { createBodySeal } from '../security/body-seal.js';

const features = [
  { name: 'age', kind: 'numeric' },
  { name: 'city', kind: 'categorical' },
] as const;
const binnings = [
  { kind: 'numeric', edges: [30, 60], min: 0, max: 100 },
  { kind: 'categorical', categories: ['Rome'], known: [] },
] as const;
const slices = [{ name: 'city', feature: 'city' }, { name: 'tenant' }];
const modelOf = (name: string, kind: 'probability' | 'regression'): IngestModel => ({
  name,
  kind,
  version: '1',
  versions: new Map([['1', { role: 'champion', features }]]),
  slices,
  hasPrivate: false,
});

let store: Store;
let server: http.Server;
let origin: string;
const refused: string[] = [];

/** As the exporter's own does: rows of a v2 request and its response become predictions, named by the Ce-Id and the row. */
function decode(request: PayloadHalf, response: PayloadHalf) {
  try {
    const rows = (JSON.parse(Buffer.from(request.body).toString()) as { instances: [number, string][] }).instances;
    const outputs = (JSON.parse(Buffer.from(response.body).toString()) as { predictions: number[] }).predictions;
    const batch: PredictionBatch = {
      model: request.model,
      version: '1',
      role: 'champion',
      rows: rows.length,
      ids: rows.map((_, row) => (rows.length === 1 ? request.id : `${request.id}/${row}`)),
      timeSeconds: request.timeSeconds,
      features: [rows.map(([age]) => age), rows.map(([, city]) => city)],
      outputs,
      slices: [rows.map(([, city]) => city), []],
    };
    return succeed(batch);
  } catch {
    return fail('invalid_json', 'the payload is no v1 request');
  }
}

beforeAll(async () => {
  const clock = { nowSeconds: () => 1_700_000_000, monotonicSeconds: () => 0 };
  const models = new Map([modelOf('flights', 'probability'), modelOf('prices', 'regression')].map((model) => [model.name, model]));
  store = await openSqliteStore({
    path: ':memory:',
    models: [...models.values()].map(({ name, kind }) => ({
      name,
      kind,
      threshold: 0.5,
      horizonSeconds: 3600,
      slices: slices.map((slice) => ({ name: slice.name, valuesMax: 3 })),
      baselines: [{ version: '1', features: binnings, output: { kind: 'numeric', edges: [0.5], min: 0, max: 1 } }],
    })),
    queueEntriesMax: 20_000,
    predictionsMax: 20_000,
    clock,
  });
  const bodies = createBodySeal();
  const deps = { store, models, clock, decode, bodies, onRefused: (model: string, code: ErrorCode) => refused.push(`${model}:${code}`) };
  const route = { method: 'POST', scope: 'ingest', rateClass: 'unlimited', bodyBytesMax: 2_000_000 } as const;
  const app = createApp(
    [
      { ...route, path: '/v1/predictions', handle: postPredictions(deps) },
      { ...route, path: '/v1/ground-truth', handle: postGroundTruth(deps) },
      { ...route, path: '/v1/cloudevents', handle: postCloudEvent(deps) },
    ],
    {
      logger: pino({ level: 'silent' }),
      guard: loopbackGuard(),
      requests: numberFamily(metric('modelwatch_http_requests_total')),
      onRefused: deps.onRefused,
    },
  );
  server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await store.close();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Raw http: fetch would add a Content-Type and refuse odd headers. */
function post(path: string, body: string | Buffer, headers: RequestHeaders = { 'content-type': 'application/json' }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${origin}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode!, body: JSON.parse(text) as Record<string, unknown> });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

const seriesOf = (model: string) => store.readings().series.find((series) => series.model === model)!;
const tallyOf = (model: string) => store.readings().models.find((tally) => tally.model === model)!;

describe('what is accepted', () => {
  it('takes a prediction once, and its ground truth once', async () => {
    expect(await post('/v1/predictions', json(prediction()))).toEqual({
      status: 200,
      body: { accepted: 1, duplicates: 0, over_capacity: 0 },
    });
    expect((await post('/v1/predictions', json(prediction()))).body).toEqual({ accepted: 0, duplicates: 1, over_capacity: 0 });
    const none = { joined: 0, early: 0, late: 0, unpaired: 0, duplicates: 0, conflicts: 0 };
    expect(await post('/v1/ground-truth', json(truth()))).toEqual({ status: 200, body: { ...none, joined: 1 } });
    expect((await post('/v1/ground-truth', json([truth(), truth({ value: false })]))).body).toEqual({
      ...none,
      duplicates: 1,
      conflicts: 1,
    });
    const { quality, events } = seriesOf('flights');
    expect(quality.confusion.toJSON()).toEqual({ truePositive: 1, falsePositive: 0, trueNegative: 0, falseNegative: 0 });
    expect(quality.delaySeconds.sum).toBe(1000);
    expect(quality.slices.get('city')?.get('Rome')?.confusion.count).toBe(1);
    expect(events.features.map(({ counts }) => [...counts])).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(events.slices.get('city')).toEqual(new Map([['Rome', 1]]));
  });

  it('takes events of several models and spellings in one request', async () => {
    const lines = [
      prediction({ id: 'b', version: '1', time: '2023-11-14T23:13:20+01:00', slices: { tenant: 'x' } }),
      without(without(prediction({ model: 'prices', id: 'b', output: 12.5 }), 'time'), 'features'),
      prediction({ id: 'c', output: null, features: { age: null } }),
    ];
    expect((await post('/v1/predictions', `${lines.map(json).join('\n')}\n\n`, ndjson)).body).toEqual({
      accepted: 3,
      duplicates: 0,
      over_capacity: 0,
    });
    const told = [truth({ model: 'prices', id: 'b', value: 10 }), truth({ id: 'early' })];
    expect((await post('/v1/ground-truth', json(told))).body).toMatchObject({ joined: 1, early: 1 });
    expect(seriesOf('prices').quality.errors.toJSON()).toMatchObject({ count: 1, over: 2.5, squared: 6.25 });
    expect((await post('/v1/predictions', json(prediction({ id: 'early' })))).body).toMatchObject({ accepted: 1 });
    expect(seriesOf('flights').quality.joined).toBe(2);
    expect(seriesOf('flights').events.output?.missing).toBe(1);
  });
});

describe("KServe's payload logger", () => {
  it('joins a request and its response by Ce-Id, in either order, once', async () => {
    const instances = json({ instances: [[20, 'Rome']] });
    const predictions = json({ predictions: [0.9] });
    expect((await post('/v1/cloudevents', instances, ce())).body).toEqual({ outcome: 'waiting' });
    expect((await post('/v1/cloudevents', instances, ce())).body).toEqual({ outcome: 'duplicate' });
    expect((await post('/v1/cloudevents', predictions, ce(ofResponse))).body).toEqual({ outcome: 'paired', predictions: 1, duplicates: 0 });
    expect((await post('/v1/cloudevents', predictions, ce(ofResponse))).body).toEqual({ outcome: 'duplicate' });
    expect((await post('/v1/cloudevents', predictions, ce({ ...ofResponse, 'ce-id': 'k2' }))).body).toEqual({ outcome: 'waiting' });
    expect((await post('/v1/cloudevents', instances, ce({ 'ce-id': 'k2' }))).body).toEqual({
      outcome: 'paired',
      predictions: 1,
      duplicates: 0,
    });
    expect((await post('/v1/ground-truth', json(truth({ id: 'k1' })))).body).toMatchObject({ joined: 1 });
    expect(tallyOf('flights').events).toMatchObject({ request: { received: 2, duplicates: 1 }, response: { received: 2, duplicates: 1 } });
  });

  it('keeps the half that waits when the other cannot be read', async () => {
    await post('/v1/cloudevents', json({ instances: [[20, 'Rome']] }), ce({ 'ce-id': 'k3' }));
    expect((await post('/v1/cloudevents', 'no', ce({ ...ofResponse, 'ce-id': 'k3' }))).body).toMatchObject({ code: 'invalid_json' });
    const again = await post('/v1/cloudevents', json({ predictions: [0.1] }), ce({ ...ofResponse, 'ce-id': 'k3' }));
    expect(again.body).toMatchObject({ outcome: 'paired', predictions: 1 });
  });
});

describe.each([
  ['/v1/predictions', ofPredictions],
  ['/v1/ground-truth', ofTruths],
  ['/v1/cloudevents', ofCloudEvents],
])('what %s refuses', (path, cases) => {
  it.each(cases)('%s: %s', async (_what, code, body, headers = type('application/json')) => {
    const before = json(store.readings().models);
    const answer = await post(path, body, headers);
    expect(answer).toMatchObject({ status: expect.any(Number), body: { code, error: expect.any(String) } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((answer.body['error'] as string).length).toBeLessThan(300);
    // Nothing of a refused request is kept, its good events included.
    expect(json(store.readings().models)).toBe(before);
  });
});

describe('refusals', () => {
  it('are counted with their code, and with the model where it is known', () => {
    expect(refused).toEqual(
      expect.arrayContaining([':invalid_json', ':model_not_found', 'flights:invalid_value', 'flights:version_not_found']),
    );
  });

  it('leave the store as it was', async () => {
    expect((await post('/v1/ground-truth', json(truth({ id: 'never' })))).body).toMatchObject({ early: 1 });
    expect(store.readings().up).toBe(true);
  });
});
