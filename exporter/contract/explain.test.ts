import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shapleyPlan, seededRandom, type Baseline, type Reading } from '@modelwatch/core';
import { flightRows, flightsModel, flightsRequest } from './flights-traffic.js';
import { FLIGHTS, MODELS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

const OUTCOMES = ['explained', 'dropped', 'failed', 'timed_out', 'skipped'];
const MODEL = 'model="flights-late",version="1",role="champion"';

/** What became of the predictions that were to be explained, once none is waiting or under way. */
async function accounts(sidecar: TestSidecar, labels: string, sampled: number): Promise<Record<string, number>> {
  const of = async (name: string, more = '') => (await sidecar.series(`modelwatch_${name}{${labels}${more}}`)) ?? NaN;
  await until(async () => (await of('explanations_sampled_total')) === sampled && (await of('explanations_in_flight')) === 0);
  const outcomes = await Promise.all(
    OUTCOMES.map(async (outcome) => [outcome, await of('explanation_outcomes_total', `,outcome="${outcome}"`)] as const),
  );
  expect(outcomes.reduce((sum, [, count]) => sum + count, 0)).toBe(sampled);
  return Object.fromEntries(outcomes);
}

const ready = (sidecar: TestSidecar, labels: string) => () =>
  sidecar.series(`modelwatch_explainer_ready{${labels}}`).then((value) => value === 1);

const flights = (explain: string) => `
store: { path: ':memory:' }
models:${flightsModel([`explain: ${explain}`], { baseline: 'baseline.json' })}
`;

describe('the flights, explained', () => {
  let sidecar: TestSidecar;
  let baseline: Baseline;

  beforeAll(async () => {
    const text = await readFile(path.join(FLIGHTS, 'baseline.json'), 'utf8');
    baseline = JSON.parse(text) as Baseline;
    sidecar = await startTestSidecar(flights('{ share: 1, cpuShareMax: 1, queueRowsMax: 100 }'), { files: { 'baseline.json': text } });
    await until(ready(sidecar, MODEL));
  }, 120_000);
  afterAll(() => sidecar.close());

  it('have the explanations of golden rows that they had in training', async () => {
    await until(async () => (await sidecar.series(`modelwatch_golden_explanation_timestamp_seconds{${MODEL}}`)) !== undefined);
    expect(await sidecar.series(`modelwatch_golden_explanations{${MODEL}}`)).toBe(20);
    expect(await sidecar.series(`modelwatch_golden_explanation_failures{${MODEL}}`)).toBe(0);
    expect(await sidecar.series(`modelwatch_golden_explanation_difference_max{${MODEL}}`)).toBeLessThan(1e-6);
  }, 120_000);

  it('have Shapley values that sum to their outputs less the base, and every prediction is accounted for', async () => {
    const rows = flightRows('live.csv').slice(0, 40);
    const answer = await sidecar.post('/v2/models/flights-late/infer', flightsRequest(rows, 'r'));
    const { outputs } = answer.json() as { outputs: readonly { name: string; data: number[] }[] };
    const scores = outputs.find(({ name }) => name === 'probabilities')!.data.filter((_, i) => i % 2 === 1);
    expect(await accounts(sidecar, MODEL, rows.length)).toMatchObject({ explained: rows.length });
    const sum = async (name: string) =>
      [...(await sidecar.seriesOf(`modelwatch_attribution_${name}_total`)).values()].reduce((a, b) => a + b, 0);
    const values = (await sum('positive')) - (await sum('negative'));
    const wanted = scores.reduce((total, score) => total + score - baseline.explanations!.base, 0);
    // Answers print FP32 in few digits.
    expect(Math.abs(values - wanted)).toBeLessThan(1e-6 * rows.length);
    expect(await sum('squared')).toBeGreaterThan(0);
    const { features, explanations } = baseline;
    const plan = shapleyPlan({
      features: features.length,
      backgroundRows: explanations!.background.length,
      batchRowsMax: 1e6,
      rowsMax: explanations!.rowsMax,
      random: seededRandom(1),
    });
    const scored = plan.next()!.rows * (rows.length + 20);
    expect(await sidecar.series(`modelwatch_explanation_scored_rows_total{${MODEL}}`)).toBe(scored);
    expect(await sidecar.series(`modelwatch_explanation_cpu_seconds_total{${MODEL}}`)).toBeGreaterThan(0.01);
  }, 120_000);

  it('are told by the API: shares, comparison with training, drift impact, counts', async () => {
    const rows = flightRows('live.csv').slice(5000, 5080);
    for (let from = 0; from < rows.length; from += 20) {
      await sidecar.post('/v2/models/flights-late/infer', flightsRequest(rows.slice(from, from + 20), `api-${from}`));
      await accounts(sidecar, MODEL, 40 + from + 20);
    }
    const answer = await fetch(`${sidecar.url}/v1/models/flights-late/explanations`);
    expect(answer.status).toBe(200);
    const told = (await answer.json()) as {
      readonly counts: Readonly<Record<string, number>>;
      readonly ndcg: Reading;
      readonly totalVariation: Reading;
      readonly golden: { readonly failures: number };
      readonly features: readonly {
        readonly feature: string;
        readonly share: Reading;
        readonly trainingShare: Reading;
        readonly meanAbsolute: number;
      }[];
    };
    expect(told.counts).toMatchObject({ sampled: 120, explained: 120, inFlight: 0 });
    expect(told.golden.failures).toBe(0);
    const value = (reading: Reading) => (reading.kind === 'measured' ? reading.value : NaN);
    const shares = told.features.map(({ share }) => value(share));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(told.features.reduce((sum, { trainingShare }) => sum + value(trainingShare), 0)).toBeCloseTo(1, 9);
    expect(value(told.ndcg)).toBeGreaterThan(0.8);
    expect(value(told.totalVariation)).toBeCloseTo(
      told.features.reduce((sum, { share, trainingShare }) => sum + Math.abs(value(share) - value(trainingShare)), 0) / 2,
      9,
    );
    const top = told.features.toSorted((a, b) => b.meanAbsolute - a.meanAbsolute)[0]!;
    expect(['dep_delay', 'distance', 'sched_duration', 'temp', 'dewp']).toContain(top.feature);
  }, 120_000);

  it('are not told of a model without them, nor of one that is not there', async () => {
    expect((await fetch(`${sidecar.url}/v1/models/nobody/explanations`)).status).toBe(404);
    expect((await sidecar.post('/v1/models/flights-late/explanations', '{}')).status).toBe(405);
  });

  it('are chosen by their ids, over a reload that changes the share', async () => {
    await sidecar.sidecar.reload(await sidecar.configOf(flights('{ share: 0 }')));
    expect(await sidecar.seriesOf('modelwatch_explanation')).toEqual(new Map());
    expect((await fetch(`${sidecar.url}/v1/models/flights-late/explanations`)).status).toBe(404);
    await sidecar.post('/v2/models/flights-late/infer', flightsRequest(flightRows('live.csv').slice(0, 4), 'q'));
    await sidecar.sidecar.reload(await sidecar.configOf(flights('{ share: 0.25, cpuShareMax: 1 }')));
    await until(ready(sidecar, MODEL));
    await sidecar.post('/v2/models/flights-late/infer', flightsRequest(flightRows('live.csv').slice(0, 400), 's'));
    await until(async () => (await sidecar.series(`modelwatch_predictions_total{${MODEL}}`)) === 400);
    const sampled = (await sidecar.series(`modelwatch_explanations_sampled_total{${MODEL}}`))!;
    expect(sampled).toBeGreaterThan(60);
    expect(sampled).toBeLessThan(140);
    // More at once than may wait.
    expect((await accounts(sidecar, MODEL, sampled))['dropped']).toBe(sampled - 64);
  }, 120_000);
});

describe('a budget that is used up', () => {
  it('lets predictions wait and drops those beyond, without a word to the champion', async () => {
    const text = await readFile(path.join(FLIGHTS, 'baseline.json'), 'utf8');
    const sidecar = await startTestSidecar(flights('{ share: 1, cpuShareMax: 0.0001, queueRowsMax: 5 }'), {
      files: { 'baseline.json': text },
    });
    try {
      await until(ready(sidecar, MODEL));
      const answer = await sidecar.post('/v2/models/flights-late/infer', flightsRequest(flightRows('live.csv').slice(0, 50), 'r'));
      expect(answer.status).toBe(200);
      await until(async () => (await sidecar.series(`modelwatch_explanations_sampled_total{${MODEL}}`)) === 50);
      expect(await sidecar.series(`modelwatch_explanations_in_flight{${MODEL}}`)).toBe(5);
      expect(await sidecar.series(`modelwatch_explanations_in_flight_capacity{${MODEL}}`)).toBe(5);
      expect(await sidecar.series(`modelwatch_explanation_outcomes_total{${MODEL},outcome="dropped"}`)).toBe(45);
    } finally {
      await sidecar.close();
    }
  }, 120_000);
});

/** A baseline of a model with features a and b that are numbers, of whose explanations the background alone matters. */
async function plainBaseline(background: readonly (readonly number[])[], names = ['a', 'b']): Promise<string> {
  const plain = JSON.parse(
    await readFile(path.join(MODELS, '..', '..', 'baseline', 'testdata', 'valid', 'plain.json'), 'utf8'),
  ) as Baseline;
  const distance = plain.features.find(({ kind }) => kind === 'numeric')!;
  const zeros = names.map(() => 0);
  return JSON.stringify({
    ...plain,
    model: 'm',
    version: '1',
    provenance: { ...plain.provenance, modelDigest: undefined },
    features: names.map((name) => ({ ...distance, name })),
    goldenRows: { ...plain.goldenRows, features: [], outputs: [] },
    explanations: {
      seed: 1,
      rowsMax: 64,
      base: 0,
      background,
      attributions: { count: 1, positive: zeros, negative: zeros, squared: zeros, missing: 0 },
      golden: { rows: [], values: [] },
    },
  });
}

describe('explanations that kill or hang their child', () => {
  const LABELS = 'model="m",version="1",role="champion"';
  const cases = [
    {
      what: 'a division that ends the process',
      file: 'divide',
      names: ['a', 'b'],
      background: [
        [-2147483648, 2],
        [-2147483648, 3],
      ],
      tensors: (bad: boolean) => [
        { name: 'a', datatype: 'INT32', shape: [1], data: [6] },
        { name: 'b', datatype: 'INT32', shape: [1], data: [bad ? -1 : 4] },
      ],
      outcomes: { explained: 2, failed: 3 },
    },
    {
      what: 'a background row on which the model never ends',
      file: 'hang',
      names: ['n'],
      background: [[9_000_000_000]],
      tensors: () => [{ name: 'n', datatype: 'INT64', shape: [1], data: [3] }],
      // Killed twice by one request, it is not run again.
      outcomes: { explained: 0, timed_out: 2, failed: 3 },
    },
  ];

  it.each(cases)(
    'cost the champion neither an answer nor its child: $what',
    async ({ file, names, background, tensors, outcomes }) => {
      const sidecar = await startTestSidecar(
        `
store: { path: ':memory:' }
models:
  - name: m
    champion: { version: '1', onnx: { path: ${path.join(MODELS, `${file}.onnx`)}, deadline: 2s }, baseline: baseline.json }
    explain: { share: 1, cpuShareMax: 1 }
`,
        { files: { 'baseline.json': await plainBaseline(background, names) } },
      );
      try {
        await until(ready(sidecar, LABELS));
        let sampled = 0;
        for (const bad of [false, true, true, true, false]) {
          // What comes while a child that died has no successor yet fails as well.
          await until(ready(sidecar, LABELS));
          const answer = await sidecar.post('/v2/models/m/infer', JSON.stringify({ inputs: tensors(bad) }));
          expect(answer.status).toBe(200);
          await accounts(sidecar, LABELS, ++sampled);
        }
        expect(await accounts(sidecar, LABELS, sampled)).toMatchObject(outcomes);
        const restarts = await sidecar.seriesOf('modelwatch_scorer_restarts_total{model="m"');
        expect([...restarts.values()].reduce((sum, count) => sum + count, 0)).toBe(0);
      } finally {
        await sidecar.close();
      }
    },
    120_000,
  );
});
