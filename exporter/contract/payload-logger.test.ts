import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';

/* What KServe's payload logger sends (pkg/logger/worker.go): CloudEvents in binary mode, the request and its response by one Ce-Id. */

const BASELINE = path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json');

let sidecar: TestSidecar;

beforeAll(async () => {
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: trips
    champion: { version: '1', baseline: ${BASELINE} }
    inputs: { x: [city, unwatched, distance] }
    slices: [{ name: city }]
  - { name: plain, champion: { version: '1' } }
`);
});

afterAll(() => sidecar.close());

type Kind = 'request' | 'response';

interface Payload {
  readonly id: string;
  readonly kind: Kind;
  readonly body: unknown;
  readonly model?: string;
}

async function post({ id, kind, body, model = 'trips' }: Payload) {
  const answer = await sidecar.post('/v1/predictions', typeof body === 'string' ? body : JSON.stringify(body), {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-type': `org.kubeflow.serving.inference.${kind}`,
    'ce-source': 'http://localhost:9081/',
    'ce-time': '2026-01-31T12:00:00.123456789Z',
    'ce-inferenceservicename': model,
    'ce-namespace': 'default',
    'ce-component': 'predictor',
    'ce-endpoint': '',
  });
  return {
    status: answer.status,
    ...(answer.json() as { readonly outcome?: string; readonly predictions?: number; readonly code?: string }),
  };
}

let exchanges = 0;

/** What an exchange adds, by feature and bin, output and slice. */
async function added(request: unknown, response: unknown, model = 'trips') {
  const before = await sidecar.seriesOf('modelwatch_');
  const id = `exchange-${exchanges++}`;
  expect(await post({ id, kind: 'request', body: request, model })).toEqual({ status: 200, outcome: 'waiting' });
  const paired = await post({ id, kind: 'response', body: response, model });
  expect(paired).toMatchObject({ status: 200, outcome: 'paired' });
  const grown: Record<string, number> = {};
  for (const [name, value] of await sidecar.seriesOf('modelwatch_')) {
    const difference = value - (before.get(name) ?? 0);
    const [, family, labels] =
      /^modelwatch_(feature_bin|feature_missing|output_bin|output_missing|slice_predictions)_total\{(.*)\}$/.exec(name) ?? [];
    if (family === undefined || difference === 0) continue;
    const values = [...labels!.matchAll(/(?:feature|bin|slice_value)="([^"]*)"/g)].map(([, value_]) => value_);
    grown[[family, ...values].join(' ')] = difference;
  }
  return { rows: paired.predictions, grown };
}

/** A distance of 2 in Bonn scored 0.8, and one of 9 in Kiel scored 0.1. */
const TWO_ROWS = {
  rows: 2,
  grown: {
    'feature_bin distance (1.5,2.5]': 1,
    'feature_bin distance (2.5,+Inf]': 1,
    'feature_bin city Bonn': 1,
    'feature_bin city __other__': 1,
    'output_bin (0.5,+Inf]': 1,
    'output_bin (-Inf,0.5]': 1,
    'slice_predictions Bonn': 1,
    'slice_predictions Kiel': 1,
  },
};

const byName = {
  instances: [
    { distance: 2, city: 'Bonn', more: 1 },
    { city: 'Kiel', distance: 9 },
  ],
};

describe('payloads of the V1 protocol', () => {
  it.each<readonly [name: string, request: unknown, response: unknown]>([
    ['instances by name', byName, { predictions: [0.8, 0.1] }],
    [
      'instances in the order of inputs',
      {
        instances: [
          ['Bonn', 0, 2],
          ['Kiel', 0, 9],
        ],
      },
      { predictions: [0.8, 0.1] },
    ],
    [
      'probabilities of the classes, the last watched',
      byName,
      {
        predictions: [
          [0.2, 0.8],
          [0.9, 0.1],
        ],
      },
    ],
    [
      'predictions by name, the last watched',
      byName,
      {
        predictions: [
          { class: 'a', p: [0.8] },
          { class: 'b', p: [0.1] },
        ],
      },
    ],
    [
      'a signature and a version besides',
      { signature_name: 'serving_default', ...byName },
      { model_version: '3', predictions: [0.8, 0.1] },
    ],
  ])('are counted: %s', async (_name, request, response) => {
    expect(await added(request, response)).toEqual(TWO_ROWS);
  });

  it('count what they do not carry as missing', async () => {
    expect(await added({ instances: [{ distance: null }, ['Bonn'], {}] }, { predictions: [null, 0.8, 'x'] })).toEqual({
      rows: 3,
      grown: {
        'feature_missing distance': 3,
        'feature_missing city': 2,
        'feature_bin city Bonn': 1,
        output_missing: 2,
        'output_bin (0.5,+Inf]': 1,
        'slice_predictions Bonn': 1,
      },
    });
  });

  it('are counted as predictions also without a baseline', async () => {
    expect(
      await added(
        {
          instances: [
            [1, 2],
            [3, 4],
          ],
        },
        { predictions: [1, 0] },
        'plain',
      ),
    ).toEqual({ rows: 2, grown: {} });
  });

  it.each<readonly [name: string, request: unknown, response: unknown, code: string]>([
    ['fewer predictions than instances', byName, { predictions: [1] }, 'invalid_form'],
    ['predictions of different widths', byName, { predictions: [[1], [1, 2]] }, 'invalid_form'],
    ['no predictions', byName, { error: 'out of memory' }, 'invalid_form'],
    ['instances that are no list', { instances: 7 }, { predictions: [1] }, 'invalid_form'],
    ['columns instead of rows', { inputs: { distance: [2] } }, { outputs: [1] }, 'invalid_form'],
    ['no instance', { instances: [] }, { predictions: [] }, 'shape_mismatch'],
    ['a request that is no JSON', 'no', { predictions: [1] }, 'invalid_form'],
    ['names that every object has', '{"__proto__":{"instances":[1]}}', { predictions: [1] }, 'invalid_form'],
  ])('are refused with %s', async (_name, request, response, code) => {
    const id = `refused-${exchanges++}`;
    expect(await post({ id, kind: 'request', body: request })).toEqual({ status: 200, outcome: 'waiting' });
    expect(await post({ id, kind: 'response', body: response })).toMatchObject({ status: 400, code });
  });
});

describe('payloads of the Open Inference Protocol', () => {
  it('are counted like requests of our own', async () => {
    const request = { inputs: [{ name: 'x', datatype: 'BYTES', shape: [2, 3], data: ['Bonn', '', '2', 'Kiel', '', '9'] }] };
    const response = { outputs: [{ name: 'p', datatype: 'FP64', shape: [2, 1], data: [0.8, 0.1] }] };
    expect(await added(request, response)).toEqual(TWO_ROWS);
  });

  it('are refused where a few bytes claim ten million rows', async () => {
    const request = { inputs: [{ name: 'x', datatype: 'FP32', shape: [10_000_000, 0], data: [] }] };
    const response = { outputs: [{ name: 'p', datatype: 'FP64', shape: [1], data: [0.8] }] };
    for (const model of ['plain', 'trips']) {
      const id = `claim-${model}`;
      await post({ id, kind: 'request', body: request, model });
      expect(await post({ id, kind: 'response', body: response, model })).toMatchObject({ status: 400, code: 'shape_mismatch' });
    }
  });
});

describe('the two halves of an exchange', () => {
  const request: Payload = { id: 'e', kind: 'request', body: byName };
  const response: Payload = { id: 'e', kind: 'response', body: { predictions: [0.8, 0.1] } };
  const predictions = async () => (await sidecar.series('modelwatch_predictions_total{model="trips",version="1",role="champion"}'))!;
  const waiting = async () => (await sidecar.series('modelwatch_queue_entries{queue="payloads"}'))!;

  it.each<readonly [name: string, first: Payload, second: Payload]>([
    ['the request', request, response],
    ['the response', response, request],
  ])('pair where %s comes first, and count once however often they come', async (name, first, second) => {
    const [before, waitingBefore] = [await predictions(), await waiting()];
    const id = `order-${name}`;
    expect(await post({ ...first, id })).toEqual({ status: 200, outcome: 'waiting' });
    expect(await post({ ...first, id })).toEqual({ status: 200, outcome: 'duplicate' });
    expect(await predictions()).toBe(before);
    expect(await post({ ...second, id })).toEqual({ status: 200, outcome: 'paired', predictions: 2, duplicates: 0 });
    expect(await post({ ...second, id })).toEqual({ status: 200, outcome: 'duplicate' });
    expect(await post({ ...first, id })).toEqual({ status: 200, outcome: 'duplicate' });
    expect([await predictions(), await waiting()]).toEqual([before + 2, waitingBefore]);
  });

  it('wait, uncounted, where the other is missing', async () => {
    const [before, waitingBefore] = [await predictions(), await waiting()];
    await post({ ...request, id: 'alone' });
    await post({ ...response, id: 'alone-too' });
    expect([await predictions(), await waiting()]).toEqual([before, waitingBefore + 2]);
  });

  it('are known to ground truth by their id and the row', async () => {
    await post({ ...request, id: 'known' });
    await post({ ...response, id: 'known' });
    const joined = 'modelwatch_ground_truth_joined_total{model="trips",version="1",role="champion"}';
    const before = (await sidecar.series(joined)) ?? 0;
    for (const id of ['known/0', 'known/1', 'known'])
      await sidecar.post('/v1/ground-truth', JSON.stringify({ model: 'trips', id, value: 1 }));
    expect(await sidecar.series(joined)).toBe(before + 2);
  });

  it('are refused for a model that is not configured', async () => {
    expect(await post({ ...request, model: 'nobody' })).toMatchObject({ status: 404, code: 'model_not_found' });
  });
});
