import { createHash } from 'node:crypto';
import { copyFile, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ErrorSums, QUALITY_INTERVALS, seededRandom, type EstimatesAnswer, type IntervalReading } from '@modelwatch/core';
import { MODELS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/*
 * A regression with an error model, through the front door: predictions are served, their errors estimated, ground truth is posted. The champion is
 * right but for noise that grows with the third feature; its error model was fitted to such rows by `models/testdata/make.py`.
 */

const OF = 'model="trips",version="1",role="champion"';
const ROWS_AT_ONCE = 250;
const OUTCOMES = ['scored', 'dropped', 'failed', 'timed_out', 'skipped'];

const REGRESSION = path.join(MODELS, 'regression.onnx');
const yaml = (errorModel: string) => `
store: { path: ':memory:' }
models:
  - name: trips
    output: { kind: regression }
    champion:
      version: '1'
      onnx: { path: ${REGRESSION} }
      ${errorModel}
`;
const errors = (file: string, more = '') => `errorModel: { onnx: { path: ${file} }${more} }`;
const ERRORS = path.join(MODELS, 'regression-errors.onnx');

const value = async (sidecar: TestSidecar, name: string, more = '') => (await sidecar.series(`modelwatch_${name}{${OF}${more}}`)) ?? NaN;
const estimated = async (sidecar: TestSidecar) => [...(await sidecar.seriesOf('modelwatch_estimated_error')).keys()];

async function outcomesOf(sidecar: TestSidecar): Promise<Record<string, number>> {
  await until(async () => (await value(sidecar, 'error_model_in_flight')) === 0);
  const counts = await Promise.all(
    OUTCOMES.map(async (outcome) => [outcome, await value(sidecar, 'error_model_outcomes_total', `,outcome="${outcome}"`)] as const),
  );
  expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(await value(sidecar, 'error_model_sent_total'));
  return Object.fromEntries(counts);
}

const ready = (sidecar: TestSidecar) => until(async () => (await value(sidecar, 'error_model_ready')) === 1);

/** Serves rows whose third feature lies in a range, and tells their ground truth. Each request has an id of its own. */
async function serve(sidecar: TestSidecar, id: string, rows: number, [from, to]: readonly [number, number], seed: number) {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const realised = new ErrorSums();
  for (let at = 0; at < rows; at += ROWS_AT_ONCE) {
    const features = Array.from({ length: ROWS_AT_ONCE }, () => [normal(), normal(), from + (to - from) * random()]);
    const request = {
      id: `${id}-${at}`,
      inputs: [{ name: 'features', datatype: 'FP32', shape: [ROWS_AT_ONCE, 3], data: features.flat() }],
    };
    const answer = await sidecar.post('/v2/models/trips/infer', JSON.stringify(request));
    expect(answer.status).toBe(200);
    const outputs = (answer.json() as { outputs: readonly { data: number[] }[] }).outputs[0]!.data;
    const truths = outputs.map((estimate, row) => {
      const truth = estimate + normal() * (0.5 + Math.abs(features[row]![2]!));
      realised.update({ estimate, truth });
      return { model: 'trips', id: `${id}-${at}/${row}`, value: truth };
    });
    const told = await sidecar.post('/v1/ground-truth', JSON.stringify(truths));
    expect(told.status).toBe(200);
  }
  return realised;
}

describe('a regression with an error model', () => {
  let sidecar: TestSidecar;
  beforeAll(async () => {
    sidecar = await startTestSidecar(yaml(errors(ERRORS)));
    await ready(sidecar);
  }, 60_000);
  afterAll(() => sidecar.close());

  const sums = async () => ({
    absolute: await value(sidecar, 'estimated_absolute_error_total'),
    squared: await value(sidecar, 'estimated_squared_error_total'),
    rows: await value(sidecar, 'estimated_error_rows_total'),
    realised: (await value(sidecar, 'over_error_total')) + (await value(sidecar, 'under_error_total')),
    joined: await value(sidecar, 'ground_truth_joined_total'),
  });

  it.each([
    ['as in training', [-2, 2], 1],
    ['drifted to where errors are large', [1.2, 2], 2],
    ['drifted to where errors are small', [-1, 1], 3],
  ] as const)(
    'has an estimated MAE within the 0.95 interval of the realised one, widened by 0.05: %s',
    async (id, range, seed) => {
      const before = await sums();
      const realised = await serve(sidecar, `rows-${seed}-${id.length}`, 4000, range, seed);
      await until(async () => (await value(sidecar, 'estimated_error_rows_total')) === before.rows + 4000);
      await until(async () => (await value(sidecar, 'ground_truth_joined_total')) === (before.joined || 0) + 4000);
      const after = await sums();
      const interval = QUALITY_INTERVALS.find(({ name }) => name === 'mae')! as {
        measure(sums: ErrorSums, confidence: number): IntervalReading;
      };
      const reading = interval.measure(realised, 0.95);
      if (reading.kind !== 'measured') throw new Error(reading.reason);
      expect((after.realised - (before.realised || 0)) / 4000).toBeCloseTo(reading.value, 2);
      const estimated = (after.absolute - before.absolute) / 4000;
      expect(estimated).toBeGreaterThan(reading.lower - 0.05);
      expect(estimated).toBeLessThan(reading.upper + 0.05);
      // What they differ by from range to range is many times the interval.
      expect([1.2, 1.67, 0.8].map((mae) => Math.abs(estimated - mae) < 0.1)).toEqual([1, 2, 3].map((other) => other === seed));
      const rmse = Math.sqrt((after.squared - before.squared) / 4000);
      expect(Math.abs(rmse / Math.sqrt(realised.squared / 4000) - 1)).toBeLessThan(0.06);
    },
    60_000,
  );

  it('tells in one answer what errors were expected and what they came to', async () => {
    const answer = (await (await fetch(`${sidecar.url}/v1/models/trips/estimates`)).json()) as EstimatesAnswer;
    expect(answer).toMatchObject({ method: 'dle', outputKind: 'regression', estimatedCount: 12_000, joinedCount: 12_000 });
    const told = Object.fromEntries(answer.qualities.map(({ quality, ...readings }) => [quality, readings]));
    expect(Object.keys(told)).toEqual(['mae', 'bias', 'rmse']);
    const { absolute, squared, rows, realised } = await sums();
    expect(told['mae']).toEqual({
      estimated: { kind: 'measured', value: absolute / rows },
      realised: { kind: 'measured', value: expect.closeTo(realised / rows, 9), lower: expect.any(Number), upper: expect.any(Number) },
      recorded: null,
    });
    expect(told['rmse']!.estimated).toEqual({ kind: 'measured', value: Math.sqrt(squared / rows) });
    expect(told['rmse']!.realised).toEqual({ kind: 'measured', value: expect.any(Number) });
    expect(told['bias']!.estimated).toBeNull();
  });

  it('accounts for every copy, and keeps its counts over a reload that does not touch it', async () => {
    expect(await outcomesOf(sidecar)).toEqual({ scored: 48, dropped: 0, failed: 0, timed_out: 0, skipped: 0 });
    await sidecar.sidecar.reload(await sidecar.configOf(`${yaml(errors(ERRORS))}    alerts: { driftPsiMin: 0.3 }\n`));
    expect(await value(sidecar, 'error_model_sent_total')).toBe(48);
    expect(await value(sidecar, 'estimated_error_rows_total')).toBe(12_000);
    await sidecar.sidecar.reload(await sidecar.configOf(yaml(errors(ERRORS, ', share: 0.5'))));
    expect(await value(sidecar, 'error_model_sent_total')).toBe(0);
    expect(await value(sidecar, 'predictions_total')).toBe(12_000);
  }, 60_000);
});

describe('an error model that is of no use', () => {
  it.each([
    ['not there', path.join(MODELS, 'nowhere.onnx')],
    ['no model', path.join(MODELS, 'garbage.onnx')],
    ['a model without its outputs', REGRESSION],
  ])(
    'costs its estimates and no answer: %s',
    async (_, file) => {
      const sidecar = await startTestSidecar(yaml(errors(file)));
      try {
        await serve(sidecar, 'a', ROWS_AT_ONCE, [-2, 2], 4);
        await until(async () => (await value(sidecar, 'error_model_sent_total')) === 1);
        expect(await outcomesOf(sidecar)).toMatchObject({ skipped: 1 });
        expect(await value(sidecar, 'error_model_ready')).toBe(0);
        expect(await sidecar.seriesOf('modelwatch_estimated_absolute_error_total')).toEqual(new Map());
      } finally {
        await sidecar.close();
      }
    },
    60_000,
  );

  it('is tried again by the next reload', async () => {
    const sidecar = await startTestSidecar(yaml(errors('later.onnx')));
    try {
      expect(await value(sidecar, 'error_model_ready')).toBe(0);
      const later = path.join(sidecar.folder, 'later.onnx');
      await copyFile(ERRORS, later);
      await sidecar.sidecar.reload(await sidecar.configOf(yaml(errors('later.onnx'))));
      await ready(sidecar);
      await rm(later);
      await serve(sidecar, 'b', ROWS_AT_ONCE, [-2, 2], 5);
      await until(async () => (await value(sidecar, 'estimated_error_rows_total')) === ROWS_AT_ONCE);
    } finally {
      await sidecar.close();
    }
  }, 60_000);
});

describe('an error model beside a server behind the sidecar', () => {
  it('estimates the errors of what that server answers, and goes on where it is gone', async () => {
    const server = await startTestSidecar(yaml(''));
    const upstream = (more: string) => `
store: { path: ':memory:' }
models:
  - name: trips
    output: { kind: regression }
    champion:
      version: '1'
      upstream: { url: ${server.url}, deadline: 1s }
      ${errors(ERRORS, more)}
`;
    const sidecar = await startTestSidecar(upstream(''));
    try {
      await ready(sidecar);
      const realised = await serve(sidecar, 'a', 2000, [-2, 2], 7);
      await until(async () => (await value(sidecar, 'estimated_error_rows_total')) === 2000);
      const mae = (realised.over + realised.under) / realised.count;
      expect(Math.abs((await value(sidecar, 'estimated_absolute_error_total')) / 2000 / mae - 1)).toBeLessThan(0.06);
      expect(await outcomesOf(sidecar)).toEqual({ scored: 8, dropped: 0, failed: 0, timed_out: 0, skipped: 0 });
      // Of a request that was refused, and of one that nobody answered, there is nothing to estimate.
      const infer = (data: readonly unknown[]) =>
        sidecar.post('/v2/models/trips/infer', JSON.stringify({ inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 3], data }] }));
      expect((await infer(['text', 1, 2])).status).toBe(400);
      await server.close();
      expect((await infer([0, 1, 2])).status).toBe(502);
      expect(await value(sidecar, 'error_model_sent_total')).toBe(8);
      await sidecar.sidecar.reload(await sidecar.configOf(upstream(', inFlightMax: 1')));
      expect([await value(sidecar, 'error_model_sent_total'), await value(sidecar, 'predictions_total')]).toEqual([0, 2000]);
    } finally {
      await sidecar.close();
      await server.close();
    }
  }, 60_000);
});

describe('an error model of a version that another takes over from', () => {
  it('ends with its series, says so, and begins anew where its version is rolled back to', async () => {
    const lines: string[] = [];
    const sidecar = await startTestSidecar(
      yaml(errors(ERRORS))
        .replace("version: '1'", "version: '1'\n      registry: true")
        .replace('models:', `registry: { path: kept, inbox: ${MODELS} }\nmodels:`),
      { log: (line) => lines.push(line) },
    );
    const change = async (route: string, form: object) => {
      const answer = await sidecar.post(`/v1/registry/${route}`, JSON.stringify({ model: 'trips', ...form }));
      expect([answer.status, route]).toEqual([200, route]);
    };
    const digest = createHash('sha256')
      .update(await readFile(REGRESSION))
      .digest('hex');
    const told = async () => (await (await fetch(`${sidecar.url}/v1/models/trips/estimates`)).json()) as EstimatesAnswer;
    try {
      await ready(sidecar);
      await serve(sidecar, 'a', ROWS_AT_ONCE, [-2, 2], 8);
      await until(async () => (await value(sidecar, 'estimated_error_rows_total')) === ROWS_AT_ONCE);
      await change('versions', { version: '2', onnx: { file: 'regression.onnx', digest } });
      await change('promotions', { version: '2' });
      // What the errors of version 1 were is nothing to say of version 2, and nothing of either is left on the page.
      expect([...(await sidecar.seriesOf('modelwatch_error_model_')).keys(), ...(await estimated(sidecar))]).toEqual([]);
      expect((await told()).method).not.toBe('dle');
      await serve(sidecar, 'b', ROWS_AT_ONCE, [-2, 2], 9);
      expect(await estimated(sidecar)).toEqual([]);
      expect(lines.filter((line) => line.includes('"version":"2"') && line.includes('error model'))).toHaveLength(1);
      await change('promotions', { version: '1' });
      await ready(sidecar);
      expect(await value(sidecar, 'estimated_error_rows_total')).toBe(0);
      await serve(sidecar, 'c', ROWS_AT_ONCE, [-2, 2], 10);
      await until(async () => (await value(sidecar, 'estimated_error_rows_total')) === ROWS_AT_ONCE);
    } finally {
      await sidecar.close();
    }
  }, 60_000);
});
