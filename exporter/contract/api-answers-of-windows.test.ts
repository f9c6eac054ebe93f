import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DistributionsAnswer, DriftAnswer, ExplanationsAnswer, Reading, SliceQualityAnswer, SlicesAnswer } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { CATEGORICAL, flightRows, NUMERIC, sendFlights, type FlightRow } from './flights-traffic.js';
import { ask, expectKept } from './recorded-answers.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/* Recorded for the data source as in api-answers.test.ts, of a model with two windows of traffic: in the later one it is warmer. */

const HOUR = 3600;
const START = Date.parse('2026-12-01T10:00:00Z') / 1000;
const ROWS = 1000;

const YAML = `
store: { path: ':memory:' }
watch: { localWindow: 3h }
models:
  - name: flights-late
    champion:
      version: '1'
      onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }
      baseline: ${path.join(FLIGHTS, 'baseline.json')}
    output: { tensor: probabilities, column: 1 }
    explain: { share: 0.06, cpuShareMax: 1, queueRowsMax: 10000 }
    slices: [{ name: origin, feature: origin }, { name: carrier, feature: carrier }]
`;

let sidecar: TestSidecar;
let now = START;
const answerTo = (what: string): Promise<unknown> => ask(sidecar.url, `/v1/models/flights-late/${what}`);
const series = async (name: string) => (await sidecar.series(name)) ?? 0;

beforeAll(async () => {
  sidecar = await startTestSidecar(YAML, { clock: { ...systemClock, nowSeconds: () => now } });
  const explained = async () => (await answerTo('explanations')) as ExplanationsAnswer;
  await until(async () => (await explained()).ready);
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
  const counts = async () => (await explained()).counts;
  // A niced child explains: where the machine is busy it takes its time.
  await until(async () => (await counts())['explained']! > 50);
  await until(async () => (await counts())['inFlight'] === 0);
  expect((await counts())['explained']).toBeGreaterThan(100);
}, 240_000);
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

it('slice-quality: every value in each step of an hour', async () => {
  const answer = (await answerTo(`slice-quality?from=${START}&to=${START + 2 * HOUR}&step=${HOUR}`)) as SliceQualityAnswer;
  const steps = new Set(answer.slices.map(({ stepStartSeconds }) => stepStartSeconds));
  expect([...steps].sort()).toEqual([START, START + HOUR]);
  expect(answer.overall.map(({ joined }) => joined)).toEqual([ROWS, ROWS]);
  await expectKept('slice-quality.json', answer);
});

const window = (hour: number) => `from=${START + hour * HOUR}&to=${START + (hour + 1) * HOUR}`;
const valueOf = (readings: Readonly<Record<string, Reading>> | null, name: string) => {
  const reading = readings?.[name];
  return reading?.kind === 'measured' ? reading.value : NaN;
};

it('distributions: a number, what each bin adds to PSI, and the verdict', async () => {
  const answer = (await answerTo(`distributions?feature=temp&${window(1)}`)) as DistributionsAnswer;
  const [warm] = answer.distributions;
  expect([answer.distributions.length, warm!.count + warm!.missing, warm!.verdict]).toEqual([1, ROWS, 'drift']);
  const sum = warm!.contributions!.reduce((total, one) => total + one, 0);
  expect(sum).toBeCloseTo(valueOf(warm!.statistics, 'psi'), 9);
  expect(answer.baseline?.counts).toEqual(warm!.reference!.counts);
  await expectKept('distributions.json', answer);
});

it('distributions: a category against the hour before', async () => {
  const reference = window(0).replace('from', 'referenceFrom').replace('to', 'referenceTo');
  const answer = (await answerTo(`distributions?feature=carrier&${window(1)}&${reference}`)) as DistributionsAnswer;
  expect(answer.distributions[0]!.reference).toMatchObject({ against: 'window', count: ROWS, startSeconds: START });
  await expectKept('distributions-of-windows.json', answer);
});

it('distributions: of a feature that nobody knows there is none, and the nearest is named', async () => {
  const response = await fetch(`${sidecar.url}/v1/models/flights-late/distributions?feature=carier`);
  expect([response.status, await response.json()]).toEqual([
    404,
    expect.objectContaining({
      code: 'feature_not_found',
      error: 'neither the baseline of this model nor what was counted of it has this feature; did you mean "carrier"?',
    }),
  ]);
});

it('distributions: where nothing was counted there is the baseline', async () => {
  const answer = (await answerTo('distributions?feature=temp&from=1&to=2')) as DistributionsAnswer;
  expect([answer.distributions, answer.baseline?.kind]).toEqual([[], 'numeric']);
  await expectKept('distributions-without-traffic.json', answer);
});

it('drift: every feature and the output within the local window, with bars, counts and impact', async () => {
  const answer = (await answerTo('drift')) as DriftAnswer;
  expect(new Set(answer.features.map(({ feature }) => feature))).toEqual(new Set([...CATEGORICAL, ...NUMERIC, null]));
  const temp = answer.features.find(({ feature }) => feature === 'temp')!;
  expect(temp.verdict).toBe('drift');
  const [share, impact] = [temp.share, temp.impact].map((reading) => valueOf({ reading: reading! }, 'reading'));
  expect(impact).toBeCloseTo(share! * valueOf(temp.readings, 'psi'), 9);
  expect(answer.features.at(-1)).toMatchObject({ feature: null, share: null, impact: null });
  await expectKept('drift.json', answer);
});

it('drift refuses parameters, and tells nothing of a model that is not there', async () => {
  const status = async (route: string) => (await fetch(`${sidecar.url}/v1/models/${route}`)).status;
  expect([await status('flights-late/drift?window=1h'), await status('nobody/drift')]).toEqual([400, 404]);
});
