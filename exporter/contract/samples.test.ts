import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sample } from '../samples/sample.js';
import { flightRows, flightsRequest } from './flights-traffic.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/** What may be found nowhere: neither in the store nor in an answer. */
const SECRETS = ['secret-destination', 'secret-origin', 'secret-name', 'secret-body', 'secret-id', 'secret-header'];

let folder: string;
let sidecar: TestSidecar;
const place = () => path.join(folder, 'kept.db');
const kind = (kind: string) => sidecar.series(`modelwatch_samples_taken_total{model="flights",kind="${kind}"}`);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-samples-'));
  sidecar = await startTestSidecar(`
store: { path: ${place()} }
models:
  - name: flights
    champion: { version: '1', onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} } }
    output: { kind: probability, tensor: probabilities, column: 1 }
    private: [dest]
    samples:
      share: 1
      failingPerMinuteMax: 6
      rowsMax: 2
      masks: { carrier: { rule: keep }, origin: { rule: hash }, distance: { rule: bucket, width: 250 }, temp: { rule: drop } }
  - name: churn
    champion: { version: '3' }
    private: [dest]
    samples: { masks: { plan: { rule: keep }, age: { rule: bucket, width: 10 }, note: { rule: truncate, length: 3 } } }
  - { name: quiet, champion: { version: '1', onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} } } }
`);
}, 60_000);
afterAll(async () => {
  await sidecar.close();
  await rm(folder, { recursive: true, force: true });
});

const [row] = flightRows('live.csv');
const secret = { ...row!, dest: SECRETS[0]!, origin: SECRETS[1]!, carrier: 'UA', distance: '1010', temp: '61.5' };
const infer = (body: string, model = 'flights') =>
  sidecar.post(`/v2/models/${model}/infer`, body, { 'content-type': 'application/json', 'x-tenant': SECRETS[5]! });
const samplesOf = async (query = '', model = 'flights') => {
  const response = await fetch(`${sidecar.url}/v1/models/${model}/samples${query}`);
  const text = await response.text();
  for (const value of SECRETS) expect(text).not.toContain(value);
  const { samples = [], next, code } = JSON.parse(text) as { samples?: Sample[]; next?: string; code?: string };
  return { status: response.status, headers: response.headers, samples, next, code };
};

describe('samples', () => {
  it('have inputs and outputs, masked by rule; private features never', async () => {
    expect((await infer(flightsRequest([secret, secret, secret], SECRETS[4]))).status).toBe(200);
    await until(async () => (await samplesOf()).samples.length === 1);
    const { samples, headers } = await samplesOf('?failing=false');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(samples).toEqual([
      {
        ...{
          id: expect.any(String),
          timeSeconds: expect.any(Number),
          model: 'flights',
          version: '1',
          failing: false,
          reason: 'ordinary',
          status: 200,
        },
        rows: 3,
        inputs: Array(2).fill({ carrier: 'UA', origin: expect.stringMatching(/^hash:[\w-]{16}$/), distance: '1000..1250' }),
        outputs: [expect.any(Number), expect.any(Number)],
      },
    ]);
  });

  it('tell of requests that were refused, with what could be read of them', async () => {
    const whole = JSON.parse(flightsRequest([secret])) as { inputs: { name: string; data: unknown[] }[] };
    const without = { inputs: whole.inputs.filter(({ name }) => name !== 'distance') };
    const unknown = { inputs: [...whole.inputs, { name: 'customer', datatype: 'BYTES', shape: [1, 1], data: [SECRETS[2]] }] };
    expect((await infer(JSON.stringify(without))).status).toBe(400);
    expect((await infer(JSON.stringify(unknown))).status).toBe(400);
    expect((await infer(`{"inputs": "${SECRETS[3]}`)).status).toBe(400);
    expect((await infer('{', 'quiet')).status).toBe(400);
    await until(async () => (await samplesOf('?failing=true')).samples.length === 3);
    const { samples } = await samplesOf('?failing=true');
    expect(samples.map(({ reason, status }) => [reason, status])).toEqual([
      ['invalid_json', 400],
      ['unknown_input', 400],
      ['missing_input', 400],
    ]);
    expect(samples[0]).not.toHaveProperty('inputs');
    expect(samples[1]!.inputs).toEqual([{ carrier: 'UA', origin: expect.any(String), distance: '1000..1250' }]);
    expect(samples[2]!.inputs).toEqual([{ carrier: 'UA', origin: samples[1]!.inputs![0]!['origin'] }]);
    expect((await samplesOf('?reason=missing_input')).samples).toHaveLength(1);
    expect((await samplesOf('?to=1')).samples).toEqual([]);
    const first = await samplesOf('?limit=3');
    expect([first.samples.length, (await samplesOf(`?limit=3&before=${first.next!}`)).samples.length]).toEqual([3, 1]);
  });

  it('tell of events that were refused, masked by the same rules; one event of a request, and of no version but the one in force', async () => {
    const features = { plan: 'gold', age: 34, dest: SECRETS[0], customer: SECRETS[2], note: 'abcdef' };
    const good = { model: 'churn', id: '1', output: 0.5, features };
    const refused: readonly (readonly [body: object, status: number])[] = [
      [{ ...good, slices: { nobody: 'x' } }, 400],
      [[good, { ...good, id: '2', output: SECRETS[3] }, { ...good, output: 'never looked at' }], 400],
      [{ ...good, features: [SECRETS[3]] }, 400],
      [{ ...good, features: { plan: { nested: SECRETS[3] }, note: SECRETS[3]!.repeat(500), age: null } }, 400],
      [{ ...good, version: '2' }, 404],
      [{ ...good, model: 'nobody' }, 404],
    ];
    for (const [body, status] of refused) expect((await sidecar.post('/v1/predictions', JSON.stringify(body))).status).toBe(status);
    await until(async () => (await samplesOf('', 'churn')).samples.length === 4);
    const { samples } = await samplesOf('?failing=true', 'churn');
    const masked = { plan: 'gold', age: '30..40', note: 'abc' };
    expect(samples.map(({ reason, status, version, rows, inputs }) => [reason, status, version, rows, inputs])).toEqual([
      ['invalid_form', 400, '3', 1, [{ age: null }]],
      ['invalid_form', 400, '3', 1, [{}]],
      ['invalid_form', 400, '3', 1, [masked]],
      ['unknown_field', 400, '3', 1, [masked]],
    ]);
    expect(await sidecar.series('modelwatch_validation_errors_total{model="churn",code="invalid_form"}')).toBe(3);
  });

  it('are no more failing ones a minute than configured, and counted beyond', async () => {
    for (let i = 0; i < 20; i++) await infer('{');
    const limited = (await sidecar.series('modelwatch_samples_limited_total{model="flights"}'))!;
    expect([(await kind('failing'))! + limited, await kind('ordinary')]).toEqual([23, 1]);
    // At most two minutes have been touched.
    expect(limited).toBeGreaterThanOrEqual(23 - 2 * 6);
    expect(await sidecar.series('modelwatch_samples_taken_total{model="quiet",kind="failing"}')).toBeUndefined();
    expect(await sidecar.series('modelwatch_queue_dropped_total{queue="sampling",reason="full"}')).toBe(0);
    expect(await sidecar.series('modelwatch_table_capacity_bytes{queue="samples"}')).toBe(67_108_864);
  });

  it.each(['?failing=perhaps', '?limit=0', '?limit=501', '?from=soon', '?before=x', '?colour=red', '?reason=a&reason=b'])(
    'refuses %s',
    async (query) => {
      expect((await samplesOf(query)).status).toBe(400);
    },
  );

  it('leave no secret in the files of the store', async () => {
    const kept = (await samplesOf('?limit=500')).samples.length;
    expect(kept).toBeGreaterThan(4);
    await sidecar.sidecar.drain();
    const files = (await readdir(folder)).filter((name) => name.startsWith('kept.db'));
    const bytes = Buffer.concat(await Promise.all(files.map((name) => readFile(path.join(folder, name)))));
    // What is kept is there, so that what is not could be found.
    expect(bytes.includes('1000..1250')).toBe(true);
    // The id of a prediction is what its ground truth is joined by; no sample has it.
    for (const value of SECRETS.filter((each) => each !== 'secret-id')) expect([value, bytes.includes(value)]).toEqual([value, false]);
  });
});
