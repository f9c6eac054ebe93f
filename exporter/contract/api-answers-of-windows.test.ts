import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SlicesAnswer } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { flightRows, sendFlights, type FlightRow } from './flights-traffic.js';
import { ask, expectKept } from './recorded-answers.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/* Recorded for the data source as in api-answers.test.ts, of a model with two windows of traffic: in the later one it is warmer. */

const HOUR = 3600;
const START = Date.parse('2026-12-01T10:00:00Z') / 1000;
const ROWS = 1000;

const YAML = `
store: { path: ':memory:' }
models:
  - name: flights-late
    champion:
      version: '1'
      onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }
      baseline: ${path.join(FLIGHTS, 'baseline.json')}
    output: { tensor: probabilities, column: 1 }
    slices: [{ name: origin, feature: origin }, { name: carrier, feature: carrier }]
`;

let sidecar: TestSidecar;
let now = START;
const answerTo = (what: string): Promise<unknown> => ask(sidecar.url, `/v1/models/flights-late/${what}`);
const series = async (name: string) => (await sidecar.series(name)) ?? 0;

beforeAll(async () => {
  sidecar = await startTestSidecar(YAML, { clock: { ...systemClock, nowSeconds: () => now } });
  const rows = flightRows('live.csv');
  const warmer = (row: FlightRow): FlightRow => (row['temp'] === '' ? row : { ...row, temp: String(Number(row['temp']) + 25) });
  const hours = [rows.slice(0, ROWS), rows.slice(ROWS, 2 * ROWS).map(warmer)];
  for (const [i, hour] of hours.entries()) {
    now = START + i * HOUR + 60;
    await sendFlights(sidecar, 'flights-late', hour, `hour-${i}`);
    const counted = () => series('modelwatch_predictions_total{model="flights-late",version="1",role="champion"}');
    await until(async () => (await counted()) === (i + 1) * ROWS);
    now = START + (i + 1) * HOUR;
    await until(async () => (await series('modelwatch_snapshot_windows_total{outcome="taken"}')) === i + 1);
  }
}, 180_000);
afterAll(() => sidecar.close());

it('slices: every value, the worst first, with counts, intervals and what is too little to tell', async () => {
  const answer = (await answerTo('slices')) as SlicesAnswer;
  const [origin, carrier] = answer.slices;
  expect(origin!.worst.reduce((sum, { counts }) => sum + counts.joined, 0)).toBe(2 * ROWS);
  const gaps = carrier!.worst.flatMap(({ gap }) => (gap.kind === 'measured' ? [gap.lower] : []));
  expect(gaps).toEqual([...gaps].sort((a, b) => b - a));
  expect(carrier!.worst.some(({ gap }) => gap.kind === 'undetermined')).toBe(true);
  await expectKept('slices.json', answer);
});
