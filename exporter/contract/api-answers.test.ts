import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { API_VERSION } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { FLIGHTS, startTestSidecar, type TestSidecar, until } from './test-sidecar.js';

/*
 * What the sidecar answers to the Grafana data source, as files that its tests read: neither side can change without the other.
 * API_ANSWERS_WRITE=1 writes them anew.
 */

const ANSWERS = path.join(import.meta.dirname, '..', '..', 'datasource-plugin', 'testdata');
const NOW = Date.parse('2026-12-01T12:00:00Z') / 1000;

const YAML = `
store: { path: ':memory:' }
models:
  - name: flights-late
    team: travel
    champion:
      version: '1'
      onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }
      baseline: ${path.join(FLIGHTS, 'baseline.json')}
    challengers: [{ version: '2', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} } }]
    output: { tensor: probabilities, column: 1 }
    slices: [{ name: origin, feature: origin }, { name: carrier, feature: carrier }]
  - name: prices
    champion: { version: '2024-11' }
    output: { kind: regression }
`;

const EVENTS = [
  { id: 'd-1', kind: 'deploy', model: 'flights-late', version: '1', status: 'succeeded', time: NOW - 7200, text: 'first of the day' },
  { id: 'm-1', kind: 'maintenance', time: NOW - 3600, endTime: NOW - 1800 },
  { id: 't-1', kind: 'training_job', model: 'prices', version: '2024-12', status: 'failed', time: NOW - 600, endTime: NOW - 300 },
];

let sidecar: TestSidecar;
beforeAll(async () => {
  sidecar = await startTestSidecar(YAML, { clock: { ...systemClock, nowSeconds: () => NOW } });
  await until(async () => {
    const { models } = (await ask('/v1/models')) as { readonly models: readonly { ready: boolean; challengers: { ready: boolean }[] }[] };
    return models.every(({ ready, challengers }) => ready && challengers.every((one) => one.ready));
  });
});
afterAll(() => sidecar.close());

async function ask(route: string): Promise<unknown> {
  const response = await fetch(sidecar.url + route);
  expect([route, response.status]).toEqual([route, 200]);
  return response.json();
}

async function expectKept(file: string, answer: unknown): Promise<void> {
  if (process.env['API_ANSWERS_WRITE'] === '1') {
    await mkdir(ANSWERS, { recursive: true });
    await writeFile(path.join(ANSWERS, file), `${JSON.stringify(answer, undefined, 2)}\n`);
  }
  expect(answer).toEqual(JSON.parse(await readFile(path.join(ANSWERS, file), 'utf8')));
}

it('GET /v1 names the program, its version and that of the API', async () => {
  const about = await ask('/v1');
  expect(about).toEqual({ name: 'modelwatch', version: '0.0.0-test', apiVersion: API_VERSION });
  await expectKept('about.json', about);
});

it('GET /v1/models tells of every model with its challengers, slices and features', async () => {
  await expectKept('models.json', await ask('/v1/models'));
});

it('GET /v1/models refuses a parameter that it does not know', async () => {
  const response = await fetch(`${sidecar.url}/v1/models?team=travel`);
  expect(response.status).toBe(400);
});

it('GET /v1/events tells what happened, the earliest first', async () => {
  for (const event of EVENTS) expect((await sidecar.post('/v1/events', JSON.stringify(event))).status).toBe(200);
  await expectKept('events.json', await ask(`/v1/events?from=${NOW - 86_400}&to=${NOW}`));
});
