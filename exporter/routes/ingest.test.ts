import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { metric, type PredictionBatch } from '@modelwatch/core';
import { fail, succeed, type ErrorCode } from '../errors.js';
import { openSqliteStore, type PayloadHalf, type Store } from '../store/index.js';
import { numberFamily } from '../telemetry/series.js';
import { createApp } from './app.js';
import { postCloudEvent } from './cloud-events.js';
import { postGroundTruth } from './ground-truth.js';
import type { IngestModel } from './ingest-model.js';
import { postPredictions } from './predictions.js';

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
  const deps = { store, models, clock, decode, onRefused: (model: string, code: ErrorCode) => refused.push(`${model}:${code}`) };
  const route = { method: 'POST', scope: 'ingest', bodyBytesMax: 2_000_000 } as const;
  const app = createApp(
    [
      { ...route, path: '/v1/predictions', handle: postPredictions(deps) },
      { ...route, path: '/v1/ground-truth', handle: postGroundTruth(deps) },
      { ...route, path: '/v1/cloudevents', handle: postCloudEvent(deps) },
    ],
    { logger: pino({ level: 'silent' }), requests: numberFamily(metric('modelwatch_http_requests_total')), onRefused: deps.onRefused },
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

type Headers = Readonly<Record<string, string>>;
interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Raw http: fetch would add a Content-Type and refuse odd headers. */
function post(path: string, body: string | Buffer, headers: Headers = { 'content-type': 'application/json' }): Promise<Answer> {
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

const json = (value: unknown) => JSON.stringify(value);
const prediction = (part: object = {}) => ({
  model: 'flights',
  id: 'a',
  time: 1_699_999_000,
  features: { age: 40, city: 'Rome' },
  output: 0.7,
  ...part,
});
const truth = (part: object = {}) => ({ model: 'flights', id: 'a', value: 1, time: '2023-11-14T22:13:20Z', ...part });
const without = (value: object, field: string) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== field));
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const ndjson = { 'content-type': 'application/x-ndjson' };
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
    expect(quality.slices.get('city')?.get('Rome')?.count).toBe(1);
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

const ce = (part: Headers = {}) => ({
  'ce-specversion': '1.0',
  'ce-id': 'k1',
  'ce-type': 'org.kubeflow.serving.inference.request',
  'ce-source': 'http://localhost:9081/',
  'ce-inferenceservicename': 'flights',
  'ce-namespace': 'default',
  'ce-component': 'predictor',
  'ce-endpoint': 'default',
  'ce-time': '2023-11-14T22:13:20.435513493Z',
  'content-type': 'application/json',
  ...part,
});
const ofResponse = { 'ce-type': 'org.kubeflow.serving.inference.response' };

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

type Case = readonly [what: string, code: ErrorCode, body: string | Buffer, headers?: Headers];
const type = (contentType: string) => ({ 'content-type': contentType });

const anyForm = (good: (part?: object) => object): readonly Case[] => [
  ['no Content-Type', 'bad_content_type', json(good()), {}],
  ['a form', 'bad_content_type', 'model=a', type('application/x-www-form-urlencoded')],
  ['plain text', 'bad_content_type', json(good()), type('text/plain')],
  ['another charset', 'bad_content_type', json(good()), type('application/json; charset=utf-16')],
  ['latin-1', 'bad_content_type', json(good()), type('application/json;charset="ISO-8859-1"')],
  ['an unknown encoding', 'unsupported_encoding', json(good()), { ...type('application/json'), 'content-encoding': 'zstd' }],
  ['an empty body', 'invalid_json', ''],
  ['an empty array', 'invalid_form', '[]'],
  ['empty lines', 'invalid_form', '\n\n', ndjson],
  ['broken UTF-8', 'invalid_utf8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ['UTF-16', 'invalid_utf8', Buffer.from(`\ufeff${json(good())}`, 'utf16le')],
  ['an overlong sequence', 'invalid_utf8', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['half of JSON', 'invalid_json', json(good()).slice(0, -3)],
  ['NaN', 'invalid_json', json(good({ time: 5 })).replace('5', 'NaN')],
  ['single quotes', 'invalid_json', "{'model': 'flights'}"],
  ['a trailing comma', 'invalid_json', json([good()]).replace(']', ',]')],
  ['two documents', 'invalid_json', `${json(good())}${json(good())}`],
  ['a bad second line', 'invalid_json', `${json(good())}\n{`, ndjson],
  ['nesting', 'too_deep', nested(33)],
  ['much nesting', 'too_deep', nested(400_000)],
  ['nesting that is never closed', 'too_deep', '['.repeat(1_000_000)],
  ['a body too large', 'body_too_large', Buffer.alloc(2_000_001, 0x20)],
  ['too many events', 'too_many_events', `[${new Array(10_001).fill('0').join(',')}]`],
  ['too many lines', 'too_many_events', '0\n'.repeat(10_001), ndjson],
  ['null', 'invalid_form', 'null'],
  ['a number', 'invalid_form', '1'],
  ['text', 'invalid_form', '"flights"'],
  ['an array in the array', 'invalid_form', json([[good()]])],
  ['a second event that is none', 'invalid_form', json([good(), 7])],
  ['an unknown field', 'unknown_field', json(good({ weight: 1 }))],
  ['__proto__', 'unknown_field', json(good({ x: 1 })).replace('"x"', '"__proto__"')],
  ['constructor', 'unknown_field', json(good({ constructor: {} }))],
  ['no model', 'missing_field', json(without(good(), 'model'))],
  ['no id', 'missing_field', json(without(good(), 'id'))],
  ['an unknown model', 'model_not_found', json(good({ model: 'other' }))],
  ['a model named __proto__', 'invalid_form', json(good({ model: '__proto__' }))],
  ['a model that is a path', 'invalid_form', json(good({ model: '../flights' }))],
  ['a model that is a list', 'invalid_form', json(good({ model: ['flights'] }))],
  ['an empty id', 'invalid_form', json(good({ id: '' }))],
  ['a number as id', 'invalid_form', json(good({ id: 7 }))],
  ['an id of 257 characters', 'invalid_form', json(good({ id: 'x'.repeat(257) }))],
  ['an id with NUL', 'invalid_form', json(good({ id: 'a\0b' }))],
  ['an id with a line break', 'invalid_form', json(good({ id: 'a\nb' }))],
  ['an id with half a character', 'invalid_value', json(good({ id: 'a\ud800' }))],
  ['a time that is no date', 'invalid_form', json(good({ time: 'yesterday' }))],
  ['a time without a zone', 'invalid_form', json(good({ time: '2023-11-14T22:13:20' }))],
  ['the 30th of February', 'invalid_form', json(good({ time: '2023-02-30T00:00:00Z' }))],
  ['a time before 1970', 'invalid_value', json(good({ time: '1969-01-01T00:00:00Z' }))],
  ['a negative time', 'value_out_of_range', json(good({ time: -1 }))],
  ['a time in milliseconds', 'value_out_of_range', json(good({ time: 1_700_000_000_000 }))],
  ['an infinite time', 'invalid_form', json(good({ time: 5 })).replace('5', '1e999')],
];

const ofPredictions: readonly Case[] = [
  ...anyForm(prediction),
  ['no output', 'missing_field', json(without(prediction(), 'output'))],
  ['an output as text', 'invalid_form', json(prediction({ output: '0.7' }))],
  ['an output as a list', 'invalid_form', json(prediction({ output: [0.7] }))],
  ['an infinite output', 'invalid_form', json(prediction({ output: 7 })).replace('7}', '1e400}')],
  ['an unknown version', 'version_not_found', json(prediction({ version: '2' }))],
  ['a version that is a number', 'invalid_form', json(prediction({ version: 1 }))],
  ['features as a list', 'invalid_form', json(prediction({ features: [40] }))],
  ['an unknown feature', 'unknown_field', json(prediction({ features: { agee: 40 } }))],
  ['a feature named __proto__', 'unknown_field', json(prediction({ features: { x: 1 } })).replace('"x"', '"__proto__"')],
  ['a nested feature', 'invalid_form', json(prediction({ features: { age: { years: 40 } } }))],
  ['text for a number', 'datatype_mismatch', json(prediction({ features: { age: '40' } }))],
  ['true for a number', 'datatype_mismatch', json(prediction({ features: { age: true } }))],
  ['an infinite feature', 'invalid_form', json(prediction({ features: { age: 7 } })).replace(':7}', ':1e999}')],
  ['a feature of megabytes', 'invalid_form', json(prediction({ features: { city: 'x'.repeat(1_000_000) } }))],
  ['an unknown slice', 'unknown_field', json(prediction({ slices: { region: 'x' } }))],
  ['slices as text', 'invalid_form', json(prediction({ slices: 'x' }))],
  ['a good event and a bad one', 'missing_field', json([prediction({ id: 'never' }), without(prediction(), 'output')])],
];

const ofTruths: readonly Case[] = [
  ...anyForm(truth),
  ['no value', 'missing_field', json(without(truth(), 'value'))],
  ['null as value', 'invalid_form', json(truth({ value: null }))],
  ['text as value', 'invalid_form', json(truth({ value: '1' }))],
  ['2 for a class', 'invalid_value', json(truth({ value: 2 }))],
  ['0.5 for a class', 'invalid_value', json(truth({ value: 0.5 }))],
  ['true for a number', 'invalid_value', json(truth({ model: 'prices', value: true }))],
  ['an infinite value', 'invalid_form', json(truth({ model: 'prices', value: 8 })).replace(':8', ':-1e999')],
  ['a good item and a bad one', 'invalid_value', json([truth({ id: 'never' }), truth({ value: 2 })])],
];

const ofCloudEvents: readonly Case[] = [
  ['no attributes', 'missing_field', '{}', type('application/json')],
  ['structured mode', 'bad_content_type', json({ specversion: '1.0' }), type('application/cloudevents+json')],
  ['a batch', 'bad_content_type', '[]', type('application/cloudevents-batch+json')],
  ['an old spec', 'invalid_form', '{}', ce({ 'ce-specversion': '0.3' })],
  ['no id', 'missing_field', '{}', without(ce(), 'ce-id') as Headers],
  ['an empty id', 'invalid_form', '{}', ce({ 'ce-id': '' })],
  ['a long id', 'invalid_form', '{}', ce({ 'ce-id': 'x'.repeat(257) })],
  ['another type', 'invalid_form', '{}', ce({ 'ce-type': 'com.example.other' })],
  ['a type named constructor', 'invalid_form', '{}', ce({ 'ce-type': 'constructor' })],
  ['no source', 'missing_field', '{}', without(ce(), 'ce-source') as Headers],
  ['no service', 'missing_field', '{}', without(ce(), 'ce-inferenceservicename') as Headers],
  ['an unknown service', 'model_not_found', '{}', ce({ 'ce-inferenceservicename': 'other' })],
  ['a bad time', 'invalid_form', '{}', ce({ 'ce-time': 'now' })],
  ['an empty body', 'invalid_json', '', ce()],
  ['long attributes', 'bad_request', '{}', ce({ 'ce-metadata': 'x'.repeat(9000) })],
  ['a body too large', 'body_too_large', Buffer.alloc(2_000_001, 0x20), ce()],
];

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
