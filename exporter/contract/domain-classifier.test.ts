import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { domainReport, seededRandom } from '@modelwatch/core';
import { createDomainRunner, type DomainJob } from '../domain/domain-runner.js';
import { CATEGORICAL, flightRows, flightsModel, flightsRequest, NUMERIC, type FlightRow } from './flights-traffic.js';
import { startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

const ROUTE = '/v1/models/flights-late/domain-classifier';
const LABELS = 'model="flights-late",version="1",role="champion"';

interface Shown {
  readonly reading: { readonly kind: string; readonly value: number; readonly criticalValue: number; readonly reason?: string };
  readonly interval?: { readonly lower: number; readonly upper: number };
  readonly referenceRows: number;
  readonly currentRows: number;
  readonly reference: string;
  readonly current: string;
  readonly features: readonly { readonly name: string }[];
}

const asFeatures = (row: FlightRow) =>
  Object.fromEntries([
    ...CATEGORICAL.map((name) => [name, row[name]]),
    ...NUMERIC.map((name) => [name, row[name] === '' ? null : Math.fround(Number(row[name]))]),
  ]);

describe('POST /v1/models/:model/domain-classifier', () => {
  let sidecar: TestSidecar;
  beforeAll(async () => {
    sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:${flightsModel(['multivariate: { recentRowsMax: 250 }'])}
  - name: bare
    champion: { version: '1' }
`);
  }, 120_000);
  afterAll(() => sidecar.close());

  const ask = async (body: object | string = '') => {
    const answer = await sidecar.post(ROUTE, typeof body === 'string' ? body : JSON.stringify(body));
    return { status: answer.status, ...(answer.json() as Shown & { readonly code?: string }) };
  };

  it('says that there is too little data before there are 100 predictions', async () => {
    expect(await ask()).toMatchObject({ status: 200, reading: { kind: 'undetermined', reason: 'insufficient_data' }, currentRows: 0 });
  });

  it('tells recent predictions from the golden rows, served and ingested, and names what tells most', async () => {
    const july = flightRows('live.csv').filter(({ time }) => time!.startsWith('2013-07'));
    await sidecar.post('/v2/models/flights-late/infer', flightsRequest(july.slice(0, 120)));
    const events = july.slice(120, 200).map((row, i) => ({ model: 'flights-late', id: `e${i}`, output: 0.5, features: asFeatures(row) }));
    expect((await sidecar.post('/v1/predictions', JSON.stringify(events))).status).toBe(200);
    await until(async () => (await sidecar.series(`modelwatch_recent_rows{${LABELS}}`)) === 200);
    expect(await sidecar.series(`modelwatch_recent_capacity_rows{${LABELS}}`)).toBe(250);
    const shown = await ask();
    expect(shown).toMatchObject({
      status: 200,
      reference: 'golden_rows',
      current: 'recent_predictions',
      referenceRows: 100,
      currentRows: 200,
    });
    expect(shown.reading.value).toBeGreaterThan(shown.reading.criticalValue);
    expect(['temp', 'dewp']).toContain(shown.features[0]!.name);
    expect(shown.features).toHaveLength(15);
    expect(shown.interval!.lower).toBeGreaterThan(0.6);
    // The same seed, the same answer.
    expect(await ask({ seed: 1 })).toEqual(shown);
  });

  it('compares the rows that a request brings, as the core does', async () => {
    const rows = flightRows('training.csv').map(asFeatures);
    const [reference, current] = [rows.slice(0, 150), rows.slice(150, 300)];
    const shown = await ask({ reference, current, seed: 7, significance: 0.05 });
    expect(shown).toMatchObject({ status: 200, reference: 'request', current: 'request', referenceRows: 150, currentRows: 150 });
    const names = [...CATEGORICAL, ...NUMERIC];
    const features = shown.features.map(({ name }) => name);
    expect([...features].sort()).toEqual([...names].sort());
    const columnsOf = (those: typeof rows) => ({
      rows: those.length,
      columns: names.map((name) =>
        CATEGORICAL.includes(name)
          ? those.map((row) => row[name] as string)
          : Float64Array.from(those, (row) => (row[name] as number | null) ?? NaN),
      ),
    });
    const core = domainReport({
      features: names.map((name) => ({ name, kind: CATEGORICAL.includes(name) ? 'categorical' : 'numeric' })),
      reference: columnsOf(reference),
      current: columnsOf(current),
      significance: 0.05,
      randomAnew: () => seededRandom(7),
    });
    expect(core.reading).toMatchObject({ kind: 'measured' });
    // Products are chosen among columns in their order, which is that of the baseline here.
    expect(Math.abs(shown.reading.value - (core.reading as { value: number }).value)).toBeLessThan(0.05);
  });

  it.each<[object | string, number, string]>([
    ['{', 400, 'invalid_json'],
    ['[]', 400, 'invalid_form'],
    [{ seeds: 1 }, 400, 'unknown_field'],
    [{ seed: -1 }, 400, 'value_out_of_range'],
    [{ seed: 0.5 }, 400, 'invalid_form'],
    [{ significance: 0.9 }, 400, 'value_out_of_range'],
    [{ current: [{ tempo: 1 }] }, 400, 'unknown_field'],
    [{ current: [{ temp: 'warm' }] }, 400, 'datatype_mismatch'],
    [{ current: [{ temp: [1] }] }, 400, 'invalid_form'],
    [{ current: Array.from({ length: 5001 }, () => ({})) }, 400, 'invalid_form'],
    ['{"current":[{"__proto__":1}]}', 400, 'unknown_field'],
    [`{"seed":${'['.repeat(100)}`, 400, 'too_deep'],
  ])('refuses %p', async (body, status, code) => {
    expect(await ask(body)).toMatchObject({ status, code });
  });

  it('knows no model that is not there, and no features without a baseline', async () => {
    for (const [model, code] of [
      ['nobody', 'model_not_found'],
      ['bare', 'not_found'],
    ] as const) {
      const answer = await sidecar.post(`/v1/models/${model}/domain-classifier`, '');
      expect([answer.status, (answer.json() as { code: string }).code]).toEqual([404, code]);
    }
  });

  it('trains one at a time, and goes on serving meanwhile', async () => {
    const rows = flightRows('training.csv').slice(0, 3000).map(asFeatures);
    const large = { reference: rows.slice(0, 1500), current: rows.slice(1500) };
    const both = Promise.all([ask(large), ask(large)]);
    const served = await sidecar.post('/v2/models/flights-late/infer', flightsRequest(flightRows('live.csv').slice(0, 1)));
    expect(served.status).toBe(200);
    const [first, second] = (await both).sort((one, other) => one.status - other.status);
    expect([first!.status, second]).toEqual([200, expect.objectContaining({ status: 503, code: 'overloaded' })]);
    expect((await ask()).status).toBe(200);
  });
});

describe('createDomainRunner', () => {
  const job: DomainJob = { seed: 1, features: [], reference: { rows: 0, columns: [] }, current: { rows: 0, columns: [] } };

  it('kills what passes its deadline, and takes the next', async () => {
    const folder = await startTestSidecar('models: [{ name: m, champion: { version: "1" } }]');
    try {
      const file = path.join(folder.folder, 'hangs.mjs');
      await writeFile(file, 'process.once("message", () => { for (;;); });');
      const runner = createDomainRunner(0.5, file);
      const [first, second] = [runner.run(job), runner.run(job)];
      expect(await second).toMatchObject({ ok: false, error: { code: 'overloaded' } });
      expect(await first).toMatchObject({ ok: false, error: { code: 'deadline_exceeded' } });
      expect(await runner.run(job)).toMatchObject({ ok: false, error: { code: 'deadline_exceeded' } });
    } finally {
      await folder.close();
    }
  });

  it('answers for a child that ends without an answer', async () => {
    const runner = createDomainRunner(10);
    const broken = { ...job, reference: { rows: 1_000_000, columns: [] } };
    expect(await runner.run(broken)).toMatchObject({ ok: false, error: { code: 'internal_error' } });
    expect(await runner.run({ ...job, significance: 0.01 })).toMatchObject({ ok: true, value: { referenceRows: 0 } });
  });
});
