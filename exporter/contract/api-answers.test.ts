import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { API_VERSION } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { ask, expectKept } from './recorded-answers.js';
import { FLIGHTS, startTestSidecar, type TestSidecar, until } from './test-sidecar.js';

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
    const { models } = (await answerTo('/v1/models')) as {
      readonly models: readonly { ready: boolean; challengers: { ready: boolean }[] }[];
    };
    return models.every(({ ready, challengers }) => ready && challengers.every((one) => one.ready));
  });
});
afterAll(() => sidecar.close());

const answerTo = (route: string): Promise<unknown> => ask(sidecar.url, route);

it('GET /v1 names the program, its version and that of the API', async () => {
  const about = await answerTo('/v1');
  expect(about).toEqual({ name: 'modelwatch', version: '0.0.0-test', apiVersion: API_VERSION });
  await expectKept('about.json', about);
});

it('GET /v1/models tells of every model with its challengers, slices and features', async () => {
  await expectKept('models.json', await answerTo('/v1/models'));
});

const alertOf = (fingerprint: string, more: object, labels: Readonly<Record<string, string>>) => ({
  status: 'firing',
  labels,
  annotations: { summary: `${labels['alertname']} of ${labels['model'] ?? 'all'}` },
  startsAt: new Date((NOW - 7200) * 1000).toISOString(),
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint,
  ...more,
});
const DRIFT = { alertname: 'ModelwatchFeatureDrift', model: 'flights-late', severity: 'ticket', feature: 'distance', version: '1' };

it('GET /v1/alerts tells of firing and past alerts, the earliest first', async () => {
  const endsAt = new Date((NOW - 600) * 1000).toISOString();
  const alerts = [
    alertOf('a1', {}, DRIFT),
    alertOf('a2', { status: 'resolved', endsAt }, { alertname: 'ModelwatchAvailabilityLow', model: 'prices', severity: 'page' }),
    alertOf('a3', { startsAt: endsAt }, { alertname: 'NodeDown' }),
  ];
  expect((await sidecar.post('/v1/alerts', JSON.stringify({ version: '4', alerts }))).status).toBe(200);
  const deploy = { id: 'd-2', kind: 'deploy', model: 'flights-late', version: '1', time: NOW + 60 };
  expect((await sidecar.post('/v1/events', JSON.stringify(deploy))).status).toBe(200);
  await expectKept('alerts.json', await answerTo(`/v1/alerts?from=${NOW - 86_400}&to=${NOW}`));
});

it('GET /v1/events tells what happened, the earliest first', async () => {
  for (const event of EVENTS) expect((await sidecar.post('/v1/events', JSON.stringify(event))).status).toBe(200);
  await expectKept('events.json', await answerTo(`/v1/events?from=${NOW - 86_400}&to=${NOW}`));
});
