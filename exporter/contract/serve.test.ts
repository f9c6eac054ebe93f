import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { flightRows, flightsRequest } from './flights-traffic.js';
import { FLIGHTS, MODELS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

const FLIGHTS_MODEL = 'model="flights-late",version="1",role="champion"';

let sidecar: TestSidecar;

beforeAll(async () => {
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: flights-late
    champion:
      version: '1'
      onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }
      baseline: ${path.join(FLIGHTS, 'baseline.json')}
    output: { tensor: probabilities, column: 1 }
    slices: [{ name: origin }, { name: tenant, header: x-tenant }]
  - name: int64
    champion: { version: '2', onnx: { path: ${path.join(MODELS, 'identity-int64.onnx')} } }
  - name: fp32
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }
  - { name: elsewhere, champion: { version: '1' } }
`);
});

afterAll(() => sidecar.close());

const flights = (count: number) => flightRows('live.csv').slice(0, count);

interface InferAnswer {
  readonly id: string;
  readonly model_name: string;
  readonly model_version: string;
  readonly outputs: readonly { readonly name: string; readonly datatype: string; readonly shape: number[]; readonly data: number[] }[];
}

describe('inference', () => {
  it('answers with the model and echoes the id', async () => {
    const answer = await sidecar.post('/v2/models/flights-late/infer', flightsRequest(flights(2), 'two'));
    expect(answer.status).toBe(200);
    const body = answer.json() as InferAnswer;
    expect(body).toMatchObject({ id: 'two', model_name: 'flights-late', model_version: '1' });
    expect(body.outputs.map(({ name, datatype, shape }) => [name, datatype, shape])).toEqual([
      ['label', 'INT64', [2]],
      ['probabilities', 'FP32', [2, 2]],
    ]);
    expect(body.outputs[1]!.data[0]! + body.outputs[1]!.data[1]!).toBeCloseTo(1, 6);
  });

  it('takes the id from the header, and makes one up where there is none', async () => {
    const named = await sidecar.post('/v2/models/flights-late/infer', flightsRequest(flights(1)), { 'x-request-id': 'from-header' });
    expect((named.json() as InferAnswer).id).toBe('from-header');
    const unnamed = await sidecar.post('/v2/models/flights-late/versions/1/infer', flightsRequest(flights(1)));
    expect((unnamed.json() as InferAnswer).id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gives only the outputs asked for', async () => {
    const request = { ...(JSON.parse(flightsRequest(flights(1))) as object), outputs: [{ name: 'label' }] };
    const answer = await sidecar.post('/v2/models/flights-late/infer', JSON.stringify(request));
    expect((answer.json() as InferAnswer).outputs.map(({ name }) => name)).toEqual(['label']);
  });

  it('keeps INT64 exact beyond 2^53', async () => {
    const data = '[9223372036854775807,-9223372036854775808]';
    const answer = await sidecar.post(
      '/v2/models/int64/infer',
      `{"inputs":[{"name":"x","datatype":"INT64","shape":[1,2],"data":${data}}]}`,
    );
    expect(answer.body.toString()).toContain(`"data":${data}`);
  });

  it('takes and gives binary tensors', async () => {
    const header = JSON.stringify({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }],
      parameters: { binary_data_output: true },
    });
    const data = Buffer.from(Float32Array.of(1.5, -2.25).buffer);
    const answer = await sidecar.post('/v2/models/fp32/infer', Buffer.concat([Buffer.from(header), data]), {
      'inference-header-content-length': String(header.length),
    });
    expect(answer.status).toBe(200);
    const length = Number(answer.headers.get('inference-header-content-length'));
    expect(answer.body.subarray(length)).toEqual(data);
  });

  it.each([
    ['an unknown model', '/v2/models/nobody/infer', 'model_not_found', 404],
    ['an unknown version', '/v2/models/flights-late/versions/9/infer', 'version_not_found', 404],
    ['a missing input', '/v2/models/flights-late/infer', 'missing_input', 400],
  ])('refuses %s', async (_name, route, code, status) => {
    const answer = await sidecar.post(route, '{"inputs":[{"name":"carrier","datatype":"BYTES","shape":[1,1],"data":["US"]}]}');
    expect([answer.status, answer.json()]).toEqual([status, expect.objectContaining({ code })]);
  });
});

describe('watching', () => {
  it('counts features, output, slices and the join, and accounts for every request', async () => {
    const before = await sidecar.seriesOf('modelwatch_');
    const rows = flights(300);
    for (const [i, row] of rows.entries()) {
      const answer = await sidecar.post('/v2/models/flights-late/infer', flightsRequest([row], `join-${i}`), {
        'x-tenant': `tenant-${i % 2}`,
      });
      expect(answer.status).toBe(200);
    }
    // Ground truth sent before its prediction was watched is early, and joins a moment later.
    const counted = 'modelwatch_predictions_total{model="flights-late",version="1",role="champion"}';
    while ((await sidecar.series(counted))! < before.get(counted)! + 300) await new Promise(setImmediate);
    const truths = rows.map((row, i) => ({ model: 'flights-late', id: `join-${i}`, value: Number(row['late']) }));
    const joined = await sidecar.post('/v1/ground-truth', JSON.stringify(truths));
    expect(joined.json()).toMatchObject({ joined: 300 });
    expect((await sidecar.post('/v1/ground-truth', JSON.stringify(truths))).json()).toMatchObject({ joined: 0, duplicates: 300 });

    const after = await sidecar.seriesOf('modelwatch_');
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(grown(`modelwatch_predictions_total{${FLIGHTS_MODEL}}`)).toBe(300);
    expect(grown('modelwatch_feature_values_total{model="flights-late",version="1",feature="dep_delay"}')).toBe(300);
    expect(grown(`modelwatch_slice_predictions_total{${FLIGHTS_MODEL},slice="tenant",slice_value="tenant-1"}`)).toBe(150);
    expect(grown(`modelwatch_ground_truth_joined_total{${FLIGHTS_MODEL}}`)).toBe(300);
    const sumOf = (prefix: string) => [...after].reduce((sum, [name]) => sum + (name.startsWith(prefix) ? grown(name) : 0), 0);
    expect(sumOf('modelwatch_feature_bin_total{model="flights-late",version="1",feature="carrier"')).toBe(300);
    expect(sumOf(`modelwatch_output_bin_total{${FLIGHTS_MODEL}`)).toBe(300);
    expect(sumOf(`modelwatch_confusion_total{${FLIGHTS_MODEL}`)).toBe(300);

    const total = (name: string) =>
      [...after].reduce((sum, [series, value]) => sum + (series.startsWith(`${name}{${FLIGHTS_MODEL}`) ? value : 0), 0);
    expect(total('modelwatch_requests_received_total')).toBe(
      total('modelwatch_requests_answered_total') + total('modelwatch_requests_failed_total') + total('modelwatch_requests_shed_total'),
    );
    expect(total('modelwatch_requests_in_flight')).toBe(0);
  });
});

describe('pages', () => {
  it('tells what it is and whether it is ready', async () => {
    expect(await (await fetch(`${sidecar.url}/v2`)).json()).toEqual({
      name: 'modelwatch',
      version: '0.0.0-test',
      extensions: ['binary_tensor_data'],
    });
    expect((await fetch(`${sidecar.url}/v2/health/live`)).status).toBe(200);
    expect((await fetch(`${sidecar.url}/v2/health/ready`)).status).toBe(200);
    expect((await fetch(`${sidecar.url}/v2/models/flights-late/versions/1/ready`)).status).toBe(200);
    const metadata = (await (await fetch(`${sidecar.url}/v2/models/flights-late`)).json()) as { readonly inputs: readonly object[] };
    expect(metadata).toMatchObject({ name: 'flights-late', versions: ['1'], platform: 'onnx_onnxruntime' });
    expect(metadata.inputs).toHaveLength(15);
  });

  it('shows a landing page with every model', async () => {
    const page = await (await fetch(`${sidecar.url}/`)).text();
    for (const text of ['flights-late', 'int64', 'href="/metrics"', 'POST /v2/models/fp32/infer']) expect(page).toContain(text);
  });

  it('counts on the landing page what came as events too', async () => {
    const event = { model: 'elsewhere', id: 'e-1', features: {}, output: 0.4 };
    const answer = await sidecar.post('/v1/predictions', JSON.stringify(event), { 'content-type': 'application/json' });
    expect(answer.json()).toMatchObject({ accepted: 1 });
    const page = await (await fetch(`${sidecar.url}/`)).text();
    expect(page).toContain('<td>scored elsewhere</td><td>1</td>');
  });

  it('has a series for each reason to fail or to be shed before any of it happens', async () => {
    const failed = await sidecar.seriesOf('modelwatch_requests_failed_total{model="fp32",version="1",role="champion",reason="');
    const shed = await sidecar.seriesOf('modelwatch_requests_shed_total{model="fp32",version="1",role="champion",reason="');
    const reasons = [...failed.keys(), ...shed.keys()].map((name) => /reason="(\w+)"/.exec(name)![1]);
    expect(reasons).toEqual(expect.arrayContaining(['scorer_crashed', 'deadline_exceeded', 'upstream_error', 'overloaded', 'draining']));
    expect(new Set([...failed.values(), ...shed.values()])).toEqual(new Set([0]));
  });

  it('gives OpenMetrics where it is asked for', async () => {
    const response = await fetch(`${sidecar.url}/metrics`, {
      headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' },
    });
    expect(response.headers.get('content-type')).toContain('application/openmetrics-text');
    expect(await response.text()).toMatch(/# EOF\n$/);
  });
});
