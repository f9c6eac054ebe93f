import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PromotionsAnswer, SamplesAnswer, VersionsAnswer } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { flightRows, flightsRequest } from './flights-traffic.js';
import { ask, expectKept, steadied } from './recorded-answers.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/* Recorded for the data source as in api-answers.test.ts, of a model whose version is the registry's and whose requests are sampled. */

const NOW = Date.parse('2026-12-01T09:00:00Z') / 1000;

let inbox: string;
let sidecar: TestSidecar;
let now = NOW;

beforeAll(async () => {
  inbox = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-inbox-'));
  await copyFile(path.join(FLIGHTS, 'challenger.onnx'), path.join(inbox, 'second.onnx'));
  sidecar = await startTestSidecar(
    `
store: { path: store.db }
registry: { path: models, inbox: ${inbox} }
models:
  - name: flights-late
    champion: { version: '1', registry: true, onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} } }
    output: { tensor: probabilities, column: 1 }
    private: [dest]
    samples: { share: 1, rowsMax: 2, masks: { carrier: { rule: keep }, distance: { rule: bucket, width: 250 } }, otherwise: drop }
`,
    { clock: { ...systemClock, nowSeconds: () => now } },
  );
  const rows = flightRows('live.csv').slice(0, 3);
  const infer = (body: string) => sidecar.post('/v2/models/flights-late/infer', body);
  expect((await infer(flightsRequest(rows))).status).toBe(200);
  now += 60;
  const whole = JSON.parse(flightsRequest(rows)) as { inputs: readonly { readonly name: string }[] };
  expect((await infer(JSON.stringify({ inputs: whole.inputs.filter(({ name }) => name !== 'temp') }))).status).toBe(400);
  expect((await infer('{')).status).toBe(400);
  now = NOW + 3600;
  const digest = createHash('sha256')
    .update(await readFile(path.join(inbox, 'second.onnx')))
    .digest('hex');
  const version = { model: 'flights-late', version: '2', onnx: { file: 'second.onnx', digest } };
  const told = {
    owner: 'travel',
    notes: 'more trees',
    lineage: { dataSet: 'flights-2013', code: 'a1b2c3', run: 'r-17' },
    metrics: { auc: 0.83 },
  };
  expect((await sidecar.post('/v1/registry/versions', JSON.stringify({ ...version, ...told }))).status).toBe(200);
  now += 1800;
  const promotion = { id: 'p-1', model: 'flights-late', version: '2' };
  expect((await sidecar.post('/v1/registry/promotions', JSON.stringify(promotion))).status).toBe(200);
  await until(async () => (await promotions()).promotions[0]?.state === 'done');
}, 120_000);
afterAll(async () => {
  await sidecar.close();
  await rm(inbox, { recursive: true, force: true });
});

const promotions = async () => (await ask(sidecar.url, '/v1/registry/promotions')) as PromotionsAnswer;

it('versions: stages, owner, lineage and recorded metrics', async () => {
  const answer = (await ask(sidecar.url, '/v1/registry/versions?model=flights-late')) as VersionsAnswer;
  expect(answer.versions.map(({ version, stage }) => [version, stage]).sort()).toEqual([
    ['1', 'archived'],
    ['2', 'production'],
  ]);
  await expectKept('versions.json', answer);
});

it('promotions: what took over from what', async () => {
  await expectKept('promotions.json', await promotions());
});

it('samples: failing and ordinary, masked, no private feature', async () => {
  const samples = async () =>
    (await ask(sidecar.url, `/v1/models/flights-late/samples?from=${NOW - 60}&to=${NOW + 7200}`)) as SamplesAnswer;
  await until(async () => (await samples()).samples.length === 3);
  const answer = await samples();
  expect(answer.samples.map(({ reason }) => reason)).toEqual(['invalid_json', 'missing_input', 'ordinary']);
  expect(JSON.stringify(answer)).not.toContain('dest');
  await expectKept('samples.json', steadied(answer, { 'samples.id': 'an-id' }));
});
