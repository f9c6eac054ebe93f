import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ChallengersAnswer } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { flightRows, sendFlights } from './flights-traffic.js';
import { ask, expectKept, steadied } from './recorded-answers.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/* Recorded for the data source as in api-answers.test.ts, of a model with traffic. */

const NOW = Date.parse('2026-12-01T12:00:00Z') / 1000;
const ROWS = 2000;

const YAML = `
store: { path: ':memory:' }
models:
  - name: flights-late
    champion:
      version: '1'
      onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }
      baseline: ${path.join(FLIGHTS, 'baseline.json')}
    challengers: [{ version: '2', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} }, baseline: ${path.join(FLIGHTS, 'challenger-baseline.json')} }]
    output: { tensor: probabilities, column: 1 }
    slices: [{ name: origin, feature: origin }]
    # How long copies take hangs on the machine.
    rollout: { pairsMin: 500, latencyRatioMax: none, failureRatioMax: none }
`;

let sidecar: TestSidecar;
beforeAll(async () => {
  sidecar = await startTestSidecar(YAML, { clock: { ...systemClock, nowSeconds: () => NOW } });
  const challengers = async () => (await ask(sidecar.url, '/v1/models/flights-late/challengers')) as ChallengersAnswer;
  await until(async () => (await challengers()).challengers.every(({ ready }) => ready));
  await sendFlights(sidecar, 'flights-late', flightRows('live.csv').slice(0, ROWS));
  await until(async () => (await challengers()).challengers.every(({ quality }) => quality.judged === ROWS));
}, 120_000);
afterAll(() => sidecar.close());

it('GET /v1/models/:model/challengers tells agreement, differences, quality and verdict, by slice as well', async () => {
  const answer = (await ask(sidecar.url, '/v1/models/flights-late/challengers')) as ChallengersAnswer;
  const { agreement } = answer.challengers[0]!;
  expect(agreement.differences.counts.length).toBe(agreement.differences.edges.length + 1);
  expect(agreement.differences.counts.reduce((sum, count) => sum + count, 0)).toBe(agreement.compared);
  const latency = {
    compared: ROWS,
    missing: 0,
    ratio: { kind: 'measured', value: 1.5, lower: 1.4, upper: 1.6 },
    differenceSeconds: { kind: 'measured', value: 0.002, lower: 0.001, upper: 0.003 },
  };
  await expectKept('challengers.json', steadied(answer, { 'challengers.latency': latency }));
});
