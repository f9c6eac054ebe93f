import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sample } from '../samples/sample.js';
import { answerOf, startRawUpstream, type RawUpstream } from './raw-upstream.js';
import { startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/* Samples of requests that another server answers: by its own protocol, as JSON read by a mapping, and not at all. */

let upstream: RawUpstream;
let sidecar: TestSidecar;
beforeAll(async () => {
  upstream = await startRawUpstream(() => undefined);
  const samples = 'samples: { share: 1, masks: { distance: { rule: keep }, city: { rule: truncate, length: 2 } } }';
  const inputs = 'inputs: { distance: [distance], city: [city], name: [name] }';
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: v2
    private: [name]
    champion: { version: '1', upstream: { url: ${upstream.url}, deadline: 300ms } }
    ${inputs}
    ${samples}
  - name: mapped
    private: [name]
    champion:
      version: '1'
      upstream:
        url: ${upstream.url}
        deadline: 300ms
        protocol: json
        mapping: { path: /predict, rows: /instances, features: { distance: /km, city: /city, name: /name }, outputRows: /results, output: /score }
    ${samples}
`);
}, 60_000);
afterAll(async () => {
  await sidecar.close();
  await upstream.close();
});

const answers = (status: string, body: object) => {
  upstream.answer((socket) => socket.write(answerOf(status, [], JSON.stringify(body))));
};
const neverAnswers = () => {
  upstream.answer(() => undefined);
};
const tensor = (name: string, datatype: string, value: unknown) => ({ name, datatype, shape: [1], data: [value] });
const v2Body = JSON.stringify({
  inputs: [tensor('distance', 'FP64', 2.5), tensor('city', 'BYTES', 'Bonn'), tensor('name', 'BYTES', 'secret-name')],
});
const mappedBody = JSON.stringify({ instances: [{ km: 2.5, city: 'Bonn', name: 'secret-name' }] });

/** The newest sample of a model once it has so many. */
async function sampled(model: string, count: number): Promise<Sample> {
  let samples: readonly Sample[] = [];
  await until(async () => {
    const text = await (await fetch(`${sidecar.url}/v1/models/${model}/samples`)).text();
    expect(text).not.toContain('secret');
    samples = (JSON.parse(text) as { samples: Sample[] }).samples;
    return samples.length === count;
  });
  return samples[0]!;
}

describe.each([
  ['v2', '/v2/models/v2/infer', v2Body, { outputs: [tensor('score', 'FP64', 0.25)] }],
  ['mapped', '/predict', mappedBody, { results: [{ score: 0.25 }] }],
])('requests to a server behind the sidecar: %s', (model, route, body, answer) => {
  const inputs = [{ distance: 2.5, city: 'Bo' }];

  it('are sampled with inputs, masked, and output', async () => {
    answers('200 OK', answer);
    expect((await sidecar.post(route, body)).status).toBe(200);
    expect(await sampled(model, 1)).toMatchObject({ failing: false, reason: 'ordinary', status: 200, rows: 1, inputs, outputs: [0.25] });
  });

  it('are sampled as failing where the server says so, under its status', async () => {
    answers('500 Internal Server Error', { error: 'secret-error' });
    expect((await sidecar.post(route, body)).status).toBe(500);
    const sample = await sampled(model, 2);
    expect(sample).toMatchObject({ failing: true, reason: 'upstream_500', status: 500, rows: 1, inputs });
    expect(sample).not.toHaveProperty('outputs');
  });

  it('are sampled as failing where the server answers too late', async () => {
    neverAnswers();
    expect((await sidecar.post(route, body)).status).toBe(504);
    const sample = await sampled(model, 3);
    expect(sample).toMatchObject({ failing: true, status: 504, rows: 1, inputs });
    expect(sample.reason).toMatch(/timeout|timed_out|deadline/);
  });
});
