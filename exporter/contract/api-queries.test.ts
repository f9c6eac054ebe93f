import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { wilsonInterval, type CalibrationAnswer, type EstimatesAnswer, type GroundTruthAnswer, type SlicesAnswer } from '@modelwatch/core';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';

/* What holds of every answer about a model: what is asked in vain is refused, and intervals are of the confidence that is configured. */

const CONFIDENCE = 0.8;
const COUNT = 200;
const RIGHT = 150;

let sidecar: TestSidecar;
beforeAll(async () => {
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
access: { open: [read, ingest], readPerSecondMax: 1000 }
models:
  - { name: m, champion: { version: '1' }, slices: [{ name: city, fairness: {} }], alerts: { significance: 0.2 } }
`);
  const events = Array.from({ length: COUNT }, (_, i) => ({ model: 'm', id: `p${i}`, output: 0.95, time: 1, slices: { city: 'Rome' } }));
  const truths = events.map(({ id }, i) => ({ model: 'm', id, value: i < RIGHT ? 1 : 0, time: 2 }));
  expect((await sidecar.post('/v1/predictions', JSON.stringify(events))).status).toBe(200);
  expect((await sidecar.post('/v1/ground-truth', JSON.stringify(truths))).json()).toMatchObject({ joined: COUNT });
});
afterAll(() => sidecar.close());

const get = async (route: string) => {
  const response = await fetch(`${sidecar.url}/v1/${route}`);
  return { status: response.status, body: (await response.json()) as object };
};

describe('a query', () => {
  const ROUTES = [
    'calibration',
    'challengers',
    'distributions',
    'drift',
    'estimates',
    'explanations',
    'ground-truth',
    'samples',
    'slice-quality',
    'slices',
  ];
  it.each(ROUTES)('of models/m/%s is refused with a parameter that it does not know', async (route) => {
    expect(await get(`models/m/${route}?vresion=1`)).toMatchObject({ status: 400, body: { code: 'unknown_field' } });
    expect(await get(`models/m/${route}?__proto__=1`)).toMatchObject({ status: 400, body: { code: 'unknown_field' } });
  });

  it('of versions takes a stage there is, and each parameter once', async () => {
    expect(await get('registry/versions?model=m&stage=shadow')).toEqual({ status: 200, body: { versions: [], more: false } });
    expect(await get('registry/versions?stage=prod')).toMatchObject({
      status: 400,
      body: { code: 'invalid_value', error: 'stage is one of none, staging, shadow, production, archived' },
    });
    expect(await get('registry/versions?model=m&model=n')).toMatchObject({ status: 400, body: { code: 'invalid_form' } });
  });
});

describe('intervals', () => {
  it('are all of the confidence 1 - significance', async () => {
    const of = async <T>(what: string) => (await get(`models/m/${what}`)).body as T;
    const observed = { kind: 'measured', ...wilsonInterval(RIGHT / COUNT, COUNT, CONFIDENCE) };
    const calibration = await of<CalibrationAnswer>('calibration');
    expect([calibration.confidence, calibration.versions[0]!.bins.at(-1)!.observedRate]).toEqual([CONFIDENCE, observed]);
    const truth = await of<GroundTruthAnswer>('ground-truth');
    expect([truth.confidence, truth.versions[0]!.joinRatio]).toEqual([
      CONFIDENCE,
      { kind: 'measured', ...wilsonInterval(1, COUNT, CONFIDENCE) },
    ]);
    const estimates = await of<EstimatesAnswer>('estimates');
    expect([estimates.confidence, estimates.qualities[0]!.realised]).toEqual([CONFIDENCE, observed]);
    expect((await of<SlicesAnswer>('slices')).slices[0]!.worst[0]!.quality).toEqual(observed);
  });
});
