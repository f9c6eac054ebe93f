import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Frequencies, jensenShannon, kolmogorovSmirnovBinned, psi, type Baseline } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { binningOf } from '../pipeline/model-watch.js';
import { flightRows, flightsModel, sendFlights, type FlightRow } from './flights-traffic.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

const HOUR = 3600;
/** A Tuesday, on the hour. */
const TUESDAY = 1_794_268_800;
const ROWS = 300;

interface Distribution {
  readonly version: string;
  readonly snapshots: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly count: number;
  readonly missing: number;
  readonly counts: readonly number[];
  readonly reference: { readonly against: string; readonly count: number } | null;
  readonly statistics: Readonly<Record<string, object>> | null;
}

let folder: string;
let sidecar: TestSidecar;
let baseline: Baseline;
let now = TUESDAY;
const clock: Clock = { nowSeconds: () => now, monotonicSeconds: () => performance.now() / 1000 };
const rows = flightRows('live.csv').filter((row) => row['temp'] !== '');
const days: readonly (readonly FlightRow[])[] = [
  rows.slice(0, ROWS),
  rows.slice(ROWS, 2 * ROWS).map((row) => ({ ...row, temp: String(Number(row['temp']) + 25) })),
];

const start = async () =>
  startTestSidecar(
    `
store: { path: ${path.join(folder, 'kept.db')} }
models:${flightsModel(['slices: [{ name: origin }]'])}
`,
    { clock },
  );
const taken = () => sidecar.series('modelwatch_snapshot_windows_total{outcome="taken"}');
const get = async (route: string, query: Readonly<Record<string, string | number>>) => {
  const search = new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]));
  const response = await fetch(`${sidecar.url}/v1/models/flights-late/${route}?${search.toString()}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const distribution = async (query: Readonly<Record<string, string | number>>): Promise<Distribution> => {
  const { status, body } = await get('distributions', query);
  expect([status, (body['distributions'] as unknown[]).length]).toEqual([200, 1]);
  return (body['distributions'] as Distribution[])[0]!;
};
/** What the core counts of the flights of a day. */
const counted = (day: number): Frequencies => {
  const frequencies = new Frequencies(binningOf(baseline.features.find(({ name }) => name === 'temp')!));
  for (const row of days[day]!) frequencies.update(Math.fround(Number(row['temp'])));
  return frequencies;
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-snapshots-'));
  baseline = JSON.parse(await readFile(path.join(FLIGHTS, 'baseline.json'), 'utf8')) as Baseline;
  sidecar = await start();
  for (const [i, day] of days.entries()) {
    now = TUESDAY + i * HOUR + 60;
    await sendFlights(sidecar, 'flights-late', day, `day-${i}`);
    await until(
      async () =>
        (await sidecar.series('modelwatch_predictions_total{model="flights-late",version="1",role="champion"}')) === (i + 1) * ROWS,
    );
    now = TUESDAY + (i + 1) * HOUR;
    await until(async () => (await taken()) === i + 1);
  }
}, 120_000);
afterAll(async () => {
  await sidecar.close();
  await rm(folder, { recursive: true });
});

describe('snapshots', () => {
  const tuesday = { from: TUESDAY, to: TUESDAY + HOUR };
  const later = { from: TUESDAY + HOUR, to: TUESDAY + 2 * HOUR };

  it('tell what a feature looked like in any window, against the baseline, by the statistics of the core', async () => {
    const feature = baseline.features.find(({ name }) => name === 'temp')!;
    const { significance } = (await sidecar.configOf('models: [{ name: m, champion: { version: "1" } }]')).models[0]!.alerts;
    for (const [day, window] of [tuesday, later].entries()) {
      const told = await distribution({ feature: 'temp', ...window });
      const current = counted(day);
      expect([told.counts, told.count, told.missing, told.snapshots]).toEqual([[...current.counts], ROWS, 0, 1]);
      expect(told.reference).toMatchObject({ against: 'baseline', count: feature.counts.reduce((sum, count) => sum + count, 0) });
      const input = { current, reference: Frequencies.fromCounts(current.binning, feature.counts), significance };
      for (const statistic of [psi, jensenShannon, kolmogorovSmirnovBinned]) {
        const reading = statistic.measure(input);
        expect(reading.kind).toBe('measured');
        expect(told.statistics![statistic.name]).toEqual(reading);
      }
    }
  });

  it('put windows together, and compare two of them', async () => {
    const both = await distribution({ feature: 'temp', from: tuesday.from, to: later.to });
    expect(both.counts).toEqual([...counted(0).counts].map((count, bin) => count + counted(1).counts[bin]!));
    expect(both).toMatchObject({ snapshots: 2, count: 2 * ROWS, endSeconds: TUESDAY + 2 * HOUR });
    const compared = await distribution({ feature: 'temp', ...later, referenceFrom: tuesday.from, referenceTo: tuesday.to });
    expect(compared.reference).toMatchObject({ against: 'window', count: ROWS, counts: [...counted(0).counts] });
    const { value } = psi.measure({ current: counted(1), reference: counted(0) }) as { readonly value: number };
    expect(value).toBeGreaterThan(0.5);
    expect(compared.statistics!['psi']).toMatchObject({ kind: 'measured', value });
    // The outputs, where no feature is named.
    expect(await distribution(tuesday)).toMatchObject({ count: ROWS, reference: { against: 'baseline' } });
  });

  it('tell quality by slice in a window', async () => {
    const { body } = await get('slice-quality', { ...tuesday, slice: 'origin' });
    const slices = body['slices'] as readonly { slice: string; value: string; joined: number; quality: Record<string, object> }[];
    const origins = new Set(days[0]!.map((row) => row['origin']!));
    expect(new Set(slices.map(({ value }) => value))).toEqual(origins);
    for (const { value, joined } of slices) expect(joined).toBe(days[0]!.filter((row) => row['origin'] === value).length);
    const [overall] = body['overall'] as readonly { joined: number; quality: Record<string, { value: number }> }[];
    expect(overall).toMatchObject({ joined: ROWS, quality: { accuracy: { kind: 'measured' } } });
    const confusion = await sidecar.seriesOf('modelwatch_confusion_total{model="flights-late"');
    const later1 = (await get('slice-quality', later)).body['overall'] as readonly { joined: number }[];
    expect([...confusion.values()].reduce((sum, count) => sum + count, 0)).toBe(overall!.joined + later1[0]!.joined);
  });

  it('tell quality by step, which adds up to that of the whole time', async () => {
    const query = { from: tuesday.from, to: later.to, slice: 'origin' };
    const { status, body } = await get('slice-quality', { ...query, step: HOUR });
    expect([status, body['stepSeconds']]).toEqual([200, HOUR]);
    interface InStep {
      readonly value: string;
      readonly joined: number;
      readonly stepStartSeconds: number;
    }
    const inSteps = body['slices'] as readonly InStep[];
    for (const [day, start] of [tuesday.from, later.from].entries()) {
      const inStep = inSteps.filter(({ stepStartSeconds }) => stepStartSeconds === start);
      expect(new Set(inStep.map(({ value }) => value))).toEqual(new Set(days[day]!.map((row) => row['origin']!)));
      for (const { value, joined } of inStep) expect(joined).toBe(days[day]!.filter((row) => row['origin'] === value).length);
    }
    expect((body['overall'] as readonly InStep[]).map(({ joined }) => joined)).toEqual([ROWS, ROWS]);
    // A step in which all of it begins: the same as without steps.
    const whole = (await get('slice-quality', query)).body['slices'] as readonly InStep[];
    const inOne = (await get('slice-quality', { ...query, step: 86_400 })).body['slices'] as readonly InStep[];
    expect(inOne).toEqual(whole.map((one) => ({ ...one, stepStartSeconds: Math.floor(TUESDAY / 86_400) * 86_400 })));
  });

  it('are there after a restart, which counts nothing twice; a drain takes the window that is under way', async () => {
    now += 60;
    await sendFlights(sidecar, 'flights-late', rows.slice(2 * ROWS, 2 * ROWS + 100), 'before the restart');
    await sidecar.close();
    now += 60;
    sidecar = await start();
    const today = { from: later.to, to: later.to + HOUR };
    expect((await distribution({ feature: 'temp', ...today })).count).toBe(100);
    now += HOUR;
    await until(async () => (await taken()) === 1);
    const whole = { from: tuesday.from, to: now + HOUR };
    expect((await distribution({ feature: 'temp', ...whole })).count).toBe(2 * ROWS + 100);
    const [overall] = (await get('slice-quality', whole)).body['overall'] as readonly { joined: number }[];
    expect(overall!.joined).toBe(2 * ROWS + 100);
    expect(await sidecar.series('modelwatch_table_bytes{queue="snapshots"}')).toBeGreaterThan(1000);
    expect(await sidecar.series('modelwatch_table_capacity_bytes{queue="snapshots"}')).toBe(268_435_456);
    expect(await sidecar.series('modelwatch_table_oldest_timestamp_seconds{queue="snapshots"}')).toBe(TUESDAY);
  }, 60_000);

  it.each([
    ['distributions', { from: 'soon' }, 400, 'invalid_value'],
    ['distributions', { from: 2, to: 1 }, 400, 'invalid_value'],
    ['distributions', { feature: 'temp', referenceFrom: 'x' }, 400, 'invalid_value'],
    ['distributions', { colour: 'red' }, 400, 'unknown_field'],
    ['slice-quality', { slice: 'carrier' }, 400, 'invalid_value'],
    ['slice-quality', { feature: 'temp' }, 400, 'unknown_field'],
    ['slice-quality', { step: 59 }, 400, 'value_out_of_range'],
    ['slice-quality', { step: '1h' }, 400, 'value_out_of_range'],
  ])('%s refuses %j', async (route, query, status, code) => {
    const answer = await get(route, query as Readonly<Record<string, string | number>>);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('say that nothing is known of a time, and 404 of a feature or a model', async () => {
    const unknown = await get('distributions', { feature: 'nothing', ...tuesday });
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'feature_not_found']);
    expect((await get('distributions', { feature: 'temp', from: 1, to: 2 })).body['distributions']).toEqual([]);
    expect((await fetch(`${sidecar.url}/v1/models/nobody/distributions`)).status).toBe(404);
  });
});
