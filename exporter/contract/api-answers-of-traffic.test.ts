import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type {
  CalibrationAnswer,
  ChallengersAnswer,
  CostAnswer,
  EstimatesAnswer,
  ExplanationsAnswer,
  GroundTruthAnswer,
  SlicesAnswer,
} from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { flightRows, flightsRequest } from './flights-traffic.js';
import { ask, expectKept, steadied } from './recorded-answers.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/* Recorded for the data source as in api-answers.test.ts, of a model with traffic. */

const NOW = Date.parse('2026-12-01T12:00:00Z') / 1000;
const HOUR = 3600;
const ROWS = 2000;
const ROWS_PER_REQUEST = 100;
/** How long the ground truth of a request takes, in turn; that of every tenth request is still to come. */
const DELAYS_SECONDS = [5, 40, 600, 2 * HOUR, 10 * HOUR];
const WAITING = 200;

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
    groundTruth: { horizon: 2d }
    explain: { share: 0.06, cpuShareMax: 1, queueRowsMax: 10000 }
    cost: { currency: USD, cpuSecondPrice: 0.01, requestPrice: 0.25, replicaHourPrice: 3 }
    # How long copies take hangs on the machine.
    rollout: { pairsMin: 500, latencyRatioMax: none, failureRatioMax: none }
`;

let sidecar: TestSidecar;
let now = NOW - 24 * HOUR;
const answerTo = (what: string): Promise<unknown> => ask(sidecar.url, `/v1/models/flights-late/${what}`);
const challengers = async () => ((await answerTo('challengers')) as ChallengersAnswer).challengers;

beforeAll(async () => {
  sidecar = await startTestSidecar(YAML, { clock: { ...systemClock, nowSeconds: () => now } });
  await until(async () => (await challengers()).every(({ ready }) => ready));
  await until(async () => ((await answerTo('explanations')) as ExplanationsAnswer).ready);
  const rows = flightRows('live.csv').slice(0, ROWS);
  const requests = Array.from({ length: ROWS / ROWS_PER_REQUEST }, (_, i) => rows.slice(i * ROWS_PER_REQUEST, (i + 1) * ROWS_PER_REQUEST));
  for (const [i, batch] of requests.entries()) {
    const answer = await sidecar.post('/v2/models/flights-late/infer', flightsRequest(batch, `r${i}`));
    expect(answer.status).toBe(200);
  }
  // Ground truth is known later, which the clock tells: everything is to be written by then.
  await until(async () => ((await answerTo('ground-truth')) as GroundTruthAnswer).pending === ROWS);
  await until(async () => (await challengers()).every(({ outputs }) => outputs.received === ROWS));
  await until(async () => {
    const { counts } = (await answerTo('explanations')) as ExplanationsAnswer;
    return counts['inFlight'] === 0 && counts['explained']! > 100;
  });
  const sent = now;
  now = NOW;
  for (const [i, batch] of requests.entries()) {
    if (i % 10 === 9) continue;
    const time = sent + DELAYS_SECONDS[i % DELAYS_SECONDS.length]!;
    const truths = batch.map((row, at) => ({ model: 'flights-late', id: `r${i}/${at}`, value: Number(row['late']), time }));
    expect((await sidecar.post('/v1/ground-truth', JSON.stringify(truths))).json()).toMatchObject({ joined: ROWS_PER_REQUEST });
  }
  await until(async () => (await challengers()).every(({ quality }) => quality.judged === ROWS - WAITING));
}, 180_000);
afterAll(() => sidecar.close());

it('challengers: agreement, differences, quality and verdict, by slice as well', async () => {
  const answer = (await answerTo('challengers')) as ChallengersAnswer;
  const { agreement } = answer.challengers[0]!;
  expect(agreement.differences.counts.length).toBe(agreement.differences.edges.length + 1);
  expect(sum(agreement.differences.counts)).toBe(agreement.compared);
  const measured = (value: number) => ({ kind: 'measured', value, lower: value / 2, upper: value * 2 });
  const latency = { compared: 20, missing: 0, ratio: measured(1.5), differenceSeconds: measured(0.002) };
  await expectKept('challengers.json', steadied(answer, { 'challengers.latency': latency }));
});

it('calibration: what was said and what came true, by bin and version', async () => {
  const answer = (await answerTo('calibration')) as CalibrationAnswer;
  expect(answer.versions.map(({ version, role }) => [version, role])).toEqual([
    ['1', 'champion'],
    ['2', 'challenger'],
  ]);
  for (const { bins, count, expectedCalibrationError } of answer.versions) {
    expect([bins.length, count, sum(bins.map((bin) => bin.count))]).toEqual([10, ROWS - WAITING, ROWS - WAITING]);
    const apart = bins.map(({ count: inBin, meanScore = 0, observedRate }) =>
      observedRate.kind === 'measured' ? (inBin / count) * Math.abs(meanScore - observedRate.value) : 0,
    );
    expect(expectedCalibrationError).toEqual({ kind: 'measured', value: expect.closeTo(sum(apart), 9) });
  }
  await expectKept('calibration.json', answer);
});

it('slices: those of a challenger too, whose version is asked for', async () => {
  const told = await Promise.all(['', '?version=1', '?version=2'].map((query) => answerTo(`slices${query}`) as Promise<SlicesAnswer>));
  expect(told.map(({ version, role }) => [version, role])).toEqual([
    ['1', 'champion'],
    ['1', 'champion'],
    ['2', 'challenger'],
  ]);
  const joined = told.map(({ slices }) => sum(slices[0]!.worst.map(({ counts }) => counts.joined)));
  expect(joined).toEqual([ROWS - WAITING, ROWS - WAITING, ROWS - WAITING]);
  expect(told[2]!.slices).not.toEqual(told[0]!.slices);
});

it('estimates: what quality is expected, what it came to, and what it was at evaluation', async () => {
  const answer = (await answerTo('estimates')) as EstimatesAnswer;
  expect(answer).toMatchObject({ method: 'cbpe', estimatedCount: ROWS, joinedCount: ROWS - WAITING });
  expect(answer.qualities.map(({ quality }) => quality)).toEqual(['accuracy', 'precision', 'recall', 'f1', 'auc']);
  const valueOf = (reading: object | null) => (reading as { readonly value: number }).value;
  const labels = 'model="flights-late",version="1",role="champion",quality="auc"';
  const auc = answer.qualities[4]!;
  expect(valueOf(auc.recorded)).toBe(await sidecar.series(`modelwatch_baseline_quality{${labels}}`));
  // Holds that both are of one quality, not that the estimate is good: an AUC of 0.65 of 1,800 flights, a fifth of them late, has a standard error
  // of 0.017 (Hanley and McNeil 1982), and the estimate's own calibration is that of training. docs/quality/estimated-quality.md shows how far weeks lie apart.
  expect(Math.abs(valueOf(auc.estimated) - valueOf(auc.realised))).toBeLessThan(0.1);
  await expectKept('estimates.json', answer);
});

it('ground truth: how long it took, how much came, how old it is', async () => {
  const answer = (await answerTo('ground-truth')) as GroundTruthAnswer;
  expect(answer).toMatchObject({ pending: WAITING, received: ROWS - WAITING, ageSeconds: 14 * HOUR });
  expect(sum(answer.versions[0]!.delaySeconds.counts)).toBe(ROWS - WAITING);
  await expectKept('ground-truth.json', answer);
});

it('explanations: shares against training, and bars', async () => {
  const answer = (await answerTo('explanations')) as ExplanationsAnswer;
  expect(answer.bars).toEqual({ ndcgMin: 0.9, explainedCountMin: 100, driftPsiMin: 0.2 });
  await expectKept('explanations.json', steadied(answer, { 'budget.cpuSeconds': 1.5 }));
});

it('cost: as the series tell it', async () => {
  const answer = (await ask(sidecar.url, '/v1/cost')) as CostAnswer;
  expect(answer.costs.map(({ version, source }) => [version, source])).toEqual([
    ['1', 'scoring'],
    ['1', 'explaining'],
    ['1', 'requests'],
    ['1', 'replica'],
    ['2', 'scoring'],
  ]);
  expect(answer.costs[2]!.cost).toBe((ROWS / ROWS_PER_REQUEST) * 0.25);
  const labels = 'model="flights-late",version="2",role="challenger",source="scoring",currency="USD"';
  expect(await sidecar.series(`modelwatch_cost_total{${labels}}`)).toBeCloseTo(answer.costs[4]!.cost, 9);
  const steady = answer.costs.map((one) => (one.source === 'requests' ? one : { ...one, cost: one.source === 'replica' ? 3 : 0.5 }));
  await expectKept('cost.json', { seconds: HOUR, costs: steady });
});

it.each(['calibration', 'estimates', 'ground-truth'])('%s of a model that is not there is not told', async (what) => {
  expect((await fetch(`${sidecar.url}/v1/models/nobody/${what}`)).status).toBe(404);
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
