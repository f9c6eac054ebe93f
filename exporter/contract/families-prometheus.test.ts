import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configuredCriteria, generateRules, rolloutVerdict, seededRandom, type OutputRule } from '@modelwatch/core';
import { countJoined, emptySliceJoined, type JoinedCounts } from '../store/joined-counts.js';
import { challengerCounting, evidenceOf, type ChallengerCounts } from './challenger-counts.js';
import { hasProgram } from './debian-program.js';
import { flightRows, flightsRequest, type FlightRow } from './flights-traffic.js';
import { startPrometheus, type PrometheusServer } from './prometheus-server.js';
import { rolloutExpectations } from './rollout-expectations.js';
import { sliceFairness, sliceGaps, sliceQualities } from './slice-expectations.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';
import { jobsOf, trainingExpectations, type Job } from './training-jobs.js';

/*
 * Rollout, slices and operations of two sidecars in a real Prometheus: what its rules make of the counters of both must be what the core makes of
 * all predictions, pairs and jobs at once. In promtool, where scrapes keep time, the same is exact (rollout-rules, slices-against-core, operations-rules).
 */

const WINDOW = '5m';
const ORIGINS = ['EWR', 'JFK', 'LGA'];
const ROWS_PER_REQUEST = 100;
/** Rows that make every series be there, before those that are counted. */
const FIRST_ROWS = 200;
const ROWS = 3000;
const SCRAPES_MIN = 60;
const CLASSES: OutputRule = { kind: 'probability', championThreshold: 0.5, challengerThreshold: 0.5 };
const model = (name: string, version: string, file: string, more = '') => `
  - name: ${name}
    champion: { version: '${version}', onnx: { path: ${path.join(FLIGHTS, file)} } }
    output: { kind: probability, tensor: probabilities, column: 1, threshold: 0.5 }${more}`;
const YAML = `
store: { path: ':memory:' }
rules: { interval: 900ms }
models:${model(
  'flights',
  '1',
  'champion.onnx',
  `
    challengers: [{ version: '2', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} } }]
    slices: [{ name: origin, fairness: { reference: JFK } }]
    rollout: { window: ${WINDOW}, pairsMin: 500, latencyRatioMax: none, failureRatioMax: none, qualityLossMax: 0.02, qualityGainMin: -0.02 }
    alerts: { driftWindows: ['${WINDOW}', '6m'] }`,
)}${model('second', '2', 'challenger.onnx')}
`;

/** All that is told to both sidecars, as the core counts it. */
interface Whole {
  readonly challenger: ChallengerCounts;
  readonly slices: ReadonlyMap<string, JoinedCounts>;
  readonly jobs: Job[];
}

const counting = challengerCounting(CLASSES, ORIGINS);
const whole: Whole = {
  challenger: counting.empty(),
  slices: new Map(ORIGINS.map((origin) => [origin, emptySliceJoined()])),
  jobs: [],
};

interface InferAnswer {
  readonly outputs: readonly { readonly name: string; readonly data: readonly number[] }[];
}

/** Serves rows by the champion, lets the challenger answer them under its own name, and tells their ground truth. */
async function send(sidecar: TestSidecar, rows: readonly FlightRow[], name: string): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_REQUEST) {
    const batch = rows.slice(from, from + ROWS_PER_REQUEST);
    const id = `${name}-${from}`;
    const [champion, challenger] = await Promise.all(
      ['flights', 'second'].map(async (served) => {
        const answer = await sidecar.post(`/v2/models/${served}/infer`, flightsRequest(batch, id));
        expect(answer.status).toBe(200);
        const { data } = (answer.json() as InferAnswer).outputs.find((output) => output.name === 'probabilities')!;
        return data.filter((_, i) => i % 2 === 1);
      }),
    );
    const truths = batch.map((row, i) => ({ model: 'flights', id: `${id}/${i}`, value: Number(row['late']) }));
    expect((await sidecar.post('/v1/ground-truth', JSON.stringify(truths))).status).toBe(200);
    if (name !== 'first') batch.forEach((row, i) => countRow(row, champion![i]!, challenger![i]!));
  }
}

function countRow(row: FlightRow, champion: number, challenger: number): void {
  const truth = Number(row['late']);
  const { agreement, quality, slices } = whole.challenger;
  const own = slices.get(row['origin']!)!;
  for (const sketch of [agreement, own.agreement]) sketch.update({ champion, challenger });
  for (const sketch of [quality, own.quality]) sketch.update({ champion, challenger, truth });
  countJoined(whole.slices.get(row['origin']!)!, { kind: 'probability', threshold: 0.5 }, champion, truth);
}

async function tellJobs(sidecar: TestSidecar, jobs: readonly Job[], name: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  for (const [i, { kind, outcome, seconds }] of jobs.entries()) {
    const event = { id: `${name}-${i}`, kind, model: 'flights', status: outcome, time: now - seconds, endTime: now };
    expect((await sidecar.post('/v1/events', JSON.stringify(event))).status).toBe(200);
  }
  whole.jobs.push(...jobs);
}

(hasProgram('prometheus') ? describe : describe.skip)('rollout, slices and operations of two sidecars, in one Prometheus', () => {
  let sidecars: readonly TestSidecar[];
  let prometheus: PrometheusServer;

  const sumOf = (expression: string, wanted: number) =>
    prometheus.until(
      () => prometheus.query(`sum(${expression})`, ''),
      (sum) => sum.get('') === wanted,
    );
  beforeAll(async () => {
    sidecars = await Promise.all([startTestSidecar(YAML), startTestSidecar(YAML)]);
    for (const sidecar of sidecars)
      await until(async () => (await sidecar.series('modelwatch_model_ready{model="flights",version="2",role="challenger"}')) === 1);
    prometheus = await startPrometheus(
      generateRules(await sidecars[0]!.configOf(YAML)),
      sidecars.map(({ url }) => url),
    );
    const rows = flightRows('live.csv');
    for (const sidecar of sidecars) await send(sidecar, rows.slice(0, FIRST_ROWS), 'first');
    await sumOf('modelwatch_shadow_slice_paired_total', 2 * FIRST_ROWS);
    const random = seededRandom(1);
    for (const [i, sidecar] of sidecars.entries()) {
      await send(
        sidecar,
        rows.slice(FIRST_ROWS, FIRST_ROWS + ROWS).filter((_, row) => row % 2 === i),
        `r${i}`,
      );
      await tellJobs(sidecar, jobsOf(i === 0 ? 14 : 6, random), `j${i}`);
    }
    await sumOf('modelwatch_shadow_slice_paired_total', 2 * FIRST_ROWS + ROWS);
    await sumOf('modelwatch_log_events_ended_total{model="flights",kind=~"retrain|training_job"}', whole.jobs.length);
    // `increase` stretches counts by up to an interval between scrapes at either end, which is little of so many.
    await prometheus.until(
      () => prometheus.query('min(count_over_time(up[10m]))', ''),
      (scrapes) => scrapes.get('')! >= SCRAPES_MIN,
    );
    await prometheus.setScraping(false);
  }, 600_000);
  afterAll(async () => {
    await prometheus.close();
    await Promise.all(sidecars.map((sidecar) => sidecar.close()));
  });

  /**
   * Waits until each recorded series is near what the core says. A mean or a share is what it is however counts are stretched; counts move by up to three parts in a
   * hundred, and what narrows with their root by half of that.
   */
  async function expectNear(expected: readonly (readonly [expression: string, value: number])[]): Promise<void> {
    const isOfCounts = /_(?:lower|upper|count|chi_square|compared|judged|cases|ended|classifications)[:_]/;
    const misses = async ([expression, value]: readonly [string, number]) => {
      const recorded = (await prometheus.query(expression, '')).get('');
      const margin = isOfCounts.test(expression) ? 0.002 + 0.03 * Math.abs(value) : 0.001 * Math.max(1, Math.abs(value));
      return recorded !== undefined && Math.abs(recorded - value) <= margin ? [] : [[expression, value, recorded] as const];
    };
    const all = async () => (await Promise.all(expected.map(misses))).flat();
    // Long windows are recorded at every fourth evaluation.
    expect(await prometheus.until(all, (missed) => missed.length === 0)).toEqual([]);
  }

  it('have the verdict of the core, with its readings, intervals and slices', async () => {
    const config = (await sidecars[0]!.configOf(YAML)).models[0]!;
    const criteria = configuredCriteria(config, config.challengers[0])!;
    const judged = rolloutVerdict(evidenceOf(whole.challenger), criteria);
    const recorded = { labels: 'model="flights",version="2",role="challenger"', window: WINDOW };
    // Latencies are the machine's.
    const expected = rolloutExpectations(whole.challenger, criteria, recorded).filter(([series]) => !series.includes('latency'));
    expect([judged.verdict, expected.length > 40]).toEqual([expect.stringMatching(/^(?:promote|hold)$/), true]);
    await expectNear(expected);
  }, 300_000);

  it('have the qualities, gaps and group rates of the core by slice value', async () => {
    const recorded = { labels: 'model="flights",version="1",role="champion",slice="origin"', window: WINDOW };
    const expected = [
      ...sliceQualities(whole.slices, recorded),
      ...sliceGaps(whole.slices, recorded),
      ...sliceFairness(whole.slices, 'JFK', recorded),
    ];
    expect(expected.length).toBeGreaterThan(80);
    await expectNear(expected);
  }, 300_000);

  it('have the failures and durations of the training of both', async () => {
    await expectNear(trainingExpectations(whole.jobs, 'flights'));
  }, 300_000);
});
