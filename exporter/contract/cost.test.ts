import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MODELS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

const IDENTITY = path.join(MODELS, 'identity-fp32.onnx');
const CHAMPION = 'model="priced",version="1",role="champion"';
const CHALLENGER = 'model="priced",version="2",role="challenger"';
const REQUESTS = 7;

let sidecar: TestSidecar;
let monotonicSeconds = 0;

const PRICES = 'cost: { currency: EUR, cpuSecondPrice: 10, requestPrice: 0.25, replicaHourPrice: 3 }';
const CONFIG = `
store: { path: ':memory:' }
models:
  - name: priced
    champion: { version: '1', onnx: { path: ${IDENTITY} } }
    challengers: [{ version: '2', onnx: { path: ${IDENTITY} } }]
    ${PRICES}
  - name: free
    champion: { version: '1', onnx: { path: ${IDENTITY} } }
`;

beforeAll(async () => {
  sidecar = await startTestSidecar(CONFIG, {
    clock: { nowSeconds: () => 1_790_000_000, monotonicSeconds: () => monotonicSeconds },
  });
  while ((await sidecar.series(`modelwatch_model_ready{${CHALLENGER}}`)) !== 1) await new Promise(setImmediate);
});
afterAll(() => sidecar.close());

const cost = (source: string, of = CHAMPION) => sidecar.series(`modelwatch_cost_total{${of},source="${source}",currency="EUR"}`);

async function infer(model: string, data: readonly unknown[]): Promise<number> {
  const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data }] });
  return (await fetch(`${sidecar.url}/v2/models/${model}/infer`, { method: 'POST', body })).status;
}

it('a version that was not called yet has loaded, and no first call', async () => {
  expect(await sidecar.series(`modelwatch_scorer_load_seconds{${CHAMPION}}`)).toBeGreaterThanOrEqual(0);
  expect(await sidecar.series(`modelwatch_scorer_first_call_seconds{${CHAMPION}}`)).toBeUndefined();
  expect(await cost('requests')).toBe(0);
});

it('requests that were answered cost their price; refused ones do not', async () => {
  for (let i = 0; i < REQUESTS; i++) expect(await infer('priced', [i, i])).toBe(200);
  expect(await infer('priced', ['text', 1])).toBe(400);
  expect(await cost('requests')).toBe(REQUESTS * 0.25);
  expect(await sidecar.series(`modelwatch_scorer_first_call_seconds{${CHAMPION}}`)).toBeGreaterThanOrEqual(0);
});

it('CPU time of the children costs its price, that of challengers too', async () => {
  while ((await sidecar.series(`modelwatch_shadow_outcomes_total{${CHALLENGER},outcome="scored"}`)) !== REQUESTS)
    await new Promise(setImmediate);
  for (const version of [CHAMPION, CHALLENGER]) {
    const seconds = (await sidecar.series(`modelwatch_scorer_cpu_seconds_total{${version}}`))!;
    expect(seconds).toBeGreaterThan(0);
    expect(await cost('scoring', version)).toBeCloseTo(10 * seconds, 9);
  }
  expect(await cost('requests', CHALLENGER)).toBeUndefined();
});

it('half an hour of the replica costs half its price', async () => {
  const before = (await cost('replica'))!;
  monotonicSeconds += 1800;
  expect((await cost('replica'))! - before).toBeCloseTo(1.5, 9);
});

it('a model without a price has no cost', async () => {
  expect(await infer('free', [1, 2])).toBe(200);
  expect([...(await sidecar.seriesOf('modelwatch_cost_total{model="free"')).keys()]).toEqual([]);
});

it('what was spent before a reload changed the currency, or named a price, is not billed anew', async () => {
  expect([await infer('priced', [1, 2]), await infer('free', [1, 2])]).toEqual([200, 200]);
  await sidecar.seriesOf('modelwatch_cost_total');
  const dollars = CONFIG.replace('currency: EUR', 'currency: USD').replace('  - name: free', `  - name: free\n    ${PRICES}`);
  await sidecar.sidecar.reload(await sidecar.configOf(dollars));
  const of = async (model: string, currency: string) =>
    sidecar.series(`modelwatch_cost_total{model="${model}",version="1",role="champion",source="requests",currency="${currency}"}`);
  expect([await of('priced', 'USD'), await of('priced', 'EUR'), await of('free', 'EUR')]).toEqual([0, undefined, 0]);
  expect([await infer('priced', [1, 2]), await infer('free', [1, 2])]).toEqual([200, 200]);
  expect([await of('priced', 'USD'), await of('free', 'EUR')]).toEqual([0.25, 0.25]);
});
