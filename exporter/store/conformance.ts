import { expect, it } from '@jest/globals';
import { BINARY_TRUTH } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { sliceConformance } from './testing/slice-conformance.js';
import type { EventBatch, Store, StoreModel, StoreReadings } from './store.js';

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  pass(seconds: number): void;
}

export interface StoreUnderTest {
  /** Opens a store; a place names what an earlier store has kept. The store must look for what is due at least every 50 ms. */
  open(options: {
    readonly place: string;
    readonly models: readonly StoreModel[];
    readonly clock: Clock;
    readonly predictionsMax: number;
  }): Promise<Store>;
}

const HORIZON_SECONDS = 100;
const model: StoreModel = {
  name: 'm',
  kind: 'probability',
  threshold: 0.5,
  horizonSeconds: HORIZON_SECONDS,
  challengers: ['2', '3'].map((version) => ({ version, threshold: 0.3, toleranceAbsolute: 0 })),
  slices: [{ name: 'region', valuesMax: 2 }],
  baselines: [
    {
      version: '1',
      features: [{ kind: 'numeric', edges: [10], min: 0, max: 20 }],
      output: { kind: 'numeric', edges: [0.5], min: 0, max: 1 },
      groundTruth: BINARY_TRUTH,
    },
  ],
};

export function testClock(): TestClock {
  let now = 1_700_000_000;
  return { nowSeconds: () => now, monotonicSeconds: () => now, pass: (seconds) => void (now += seconds) };
}

export function batchOf(ids: readonly string[], outputs: readonly number[], timeSeconds: number): EventBatch {
  return {
    model: 'm',
    version: '1',
    role: 'champion',
    rows: ids.length,
    ids,
    timeSeconds,
    features: [ids.map((_, row) => row)],
    outputs,
    slices: [ids.map((_, row) => `r${row}`)],
  };
}

/** The same predictions, scored by a challenger. */
const secondsOf = (version: string, ids: readonly string[], outputs: readonly number[], timeSeconds: number): EventBatch => ({
  ...batchOf(ids, outputs, timeSeconds),
  version,
  role: 'challenger',
  features: [],
});

const truthOf = (id: string, value: number, timeSeconds: number) => ({ model: 'm', id, value, timeSeconds });
const valueOf = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** Waits until the readings are as wanted. */
export async function until(store: Store, wanted: (readings: StoreReadings) => boolean): Promise<StoreReadings> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const readings = store.readings();
    if (wanted(readings)) return readings;
    if (performance.now() > deadline) throw new Error(`not reached: ${JSON.stringify(readings)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const series = (readings: StoreReadings) => readings.series[0]!;
const tally = (readings: StoreReadings) => readings.models[0]!;
const queue = (readings: StoreReadings, name: string) => readings.queues.find((entry) => entry.name === name)!;

/** What every store has to do. Call it from a test file of each. */
export function storeConformance({ open }: StoreUnderTest): void {
  let places = 0;
  const openAt = (place: string, clock: Clock, predictionsMax = 1000) => open({ place, models: [model], clock, predictionsMax });
  const fresh = () => `place-${++places}`;

  it('joins what was recorded with its ground truth, by identity, and knows the delay', async () => {
    const clock = testClock();
    const store = await openAt(fresh(), clock);
    const now = clock.nowSeconds();
    store.recordPredictions(batchOf(['a', 'b', 'c'], [0.9, 0.2, NaN], now));
    const told = [truthOf('a', 1, now + 50), truthOf('b', 1, now - 5), truthOf('c', 0, now)];
    expect(valueOf(await store.ingestGroundTruth(told))).toEqual(['joined', 'joined', 'joined']);
    expect(tally(store.readings()).newestTruthSeconds).toBe(now);
    const { quality, events } = series(store.readings());
    expect(quality.joined).toBe(3);
    expect(quality.confusion.toJSON()).toEqual({ truePositive: 1, falsePositive: 0, trueNegative: 0, falseNegative: 1 });
    expect(quality.delaySeconds).toMatchObject({ sum: 50 });
    const counts = [...quality.slices.get('region')!].map(([value, { confusion, errors }]) => [value, confusion.count, errors.missing]);
    expect(counts).toEqual([
      ['r0', 1, 0],
      ['r1', 1, 0],
      ['__other__', 0, 1],
    ]);
    expect([...quality.groundTruth!.counts]).toEqual([1, 2]);
    expect(events.predictions).toBe(0);
    await store.close();
  });

  it('keeps ground truth that comes before its prediction', async () => {
    const clock = testClock();
    const store = await openAt(fresh(), clock);
    expect(valueOf(await store.ingestGroundTruth([truthOf('a', 1, 1), truthOf('b', 0, 1)]))).toEqual(['early', 'early']);
    store.recordPredictions(batchOf(['a'], [0.9], 1));
    expect(valueOf(await store.ingestPredictions(batchOf(['b'], [0.9], 1)))).toEqual(['accepted']);
    expect(series(store.readings()).quality.confusion.toJSON()).toMatchObject({ truePositive: 1, falsePositive: 1 });
    await store.close();
  });

  it('counts what is sent again once, within a request, over requests and over those under way at once', async () => {
    const clock = testClock();
    const store = await openAt(fresh(), clock);
    const first = await Promise.all([1, 2, 3].map(() => store.ingestPredictions(batchOf(['a', 'a'], [0.9, 0.1], 1))));
    expect(first.flatMap(valueOf).sort()).toEqual(['accepted', ...new Array<string>(5).fill('duplicate')]);
    const told = [truthOf('a', 1, 1), truthOf('a', 1, 9), truthOf('a', 0, 1)];
    expect(valueOf(await store.ingestGroundTruth(told))).toEqual(['joined', 'duplicate', 'conflict']);
    expect(tally(store.readings())).toMatchObject({ received: 1, duplicates: 1, conflicts: 1 });
    expect(series(store.readings()).quality.joined).toBe(1);
    expect(series(store.readings()).events.features[0]!.count).toBe(1);
    await store.close();
  });

  it('expires predictions and ground truth at the horizon, and tells what comes late', async () => {
    const clock = testClock();
    const store = await openAt(fresh(), clock);
    await store.ingestPredictions(batchOf(['a', 'b'], [0.9, 0.9], 1));
    await store.ingestGroundTruth([truthOf('c', 1, 1)]);
    clock.pass(HORIZON_SECONDS + 1);
    const expired = await until(store, (readings) => series(readings).quality.expired === 2 && tally(readings).unmatched === 1);
    expect(tally(expired).pending).toBe(0);
    expect(valueOf(await store.ingestGroundTruth([truthOf('a', 1, 1), truthOf('a', 1, 1)]))).toEqual(['late', 'duplicate']);
    expect(tally(store.readings())).toMatchObject({ received: 2, late: 1, unmatched: 2 });
    clock.pass(HORIZON_SECONDS + 1);
    await until(store, (readings) => queue(readings, 'settled').entries === 0);
    await store.close();
  });

  it('goes on after a restart as if there had been none', async () => {
    const clock = testClock();
    const place = fresh();
    let store = await openAt(place, clock);
    await store.ingestPredictions(batchOf(['a', 'b'], [0.9, 0.1], 1));
    await store.ingestGroundTruth([truthOf('a', 1, 61), truthOf('later', 1, 1)]);
    const before = store.readings();
    await store.close();
    store = await openAt(place, clock);
    const after = store.readings();
    const counts = (readings: StoreReadings) => JSON.stringify([readings.models, readings.series, queue(readings, 'predictions').entries]);
    expect(counts(after)).toBe(counts(before));
    const slices = (readings: StoreReadings) => JSON.stringify([...series(readings).quality.slices.get('region')!]);
    expect(slices(after)).toBe(slices(before));
    expect(series(after).quality.slices.get('region')!.get('r0')!.scores.count).toBe(1);
    expect(valueOf(await store.ingestGroundTruth([truthOf('a', 1, 61), truthOf('b', 1, 5)]))).toEqual(['duplicate', 'joined']);
    expect(valueOf(await store.ingestPredictions(batchOf(['later'], [0.9], 1)))).toEqual(['accepted']);
    expect(series(store.readings()).quality.joined).toBe(3);
    await store.close();
  });

  it('lets no more wait than allowed, and counts the rest', async () => {
    const clock = testClock();
    const store = await openAt(fresh(), clock, 2);
    expect(valueOf(await store.ingestPredictions(batchOf(['a', 'b', 'c'], [0.9, 0.9, 0.9], 1)))).toEqual([
      'accepted',
      'accepted',
      'over_capacity',
    ]);
    expect(valueOf(await store.ingestGroundTruth([truthOf('x', 1, 1), truthOf('c', 1, 1)]))).toEqual(['over_capacity', 'unpaired']);
    store.recordPredictions(batchOf(['d'], [0.9], 1));
    const readings = await until(store, (now) => queue(now, 'predictions').dropped['full'] === 3);
    expect(series(readings).events.predictions).toBe(3);
    expect(queue(readings, 'predictions')).toMatchObject({ entries: 2, capacity: 2 });
    await store.close();
  });

  it('joins the halves of a payload, and settles them with their predictions', async () => {
    const clock = testClock();
    const place = fresh();
    let store = await openAt(place, clock);
    const half = (kind: 'request' | 'response') => ({
      model: 'm',
      id: 'p',
      kind,
      timeSeconds: 5,
      headers: { 'content-type': 'x' },
      body: Buffer.from(kind),
    });
    expect(valueOf(await store.ingestPayload(half('response')))).toEqual({ kind: 'waiting' });
    await store.close();
    store = await openAt(place, clock);
    const other = { ...half('response'), body: Uint8Array.from(Buffer.from('response')) };
    expect(valueOf(await store.ingestPayload(half('request')))).toEqual({ kind: 'paired', other });
    const payload = { id: 'p', kind: 'request' as const };
    const twice = await Promise.all([1, 2].map(() => store.ingestPredictions({ ...batchOf(['p'], [0.9], 5), payload })));
    expect(twice.flatMap(valueOf)).toEqual(['accepted', 'duplicate']);
    expect(valueOf(await store.ingestPayload(half('request')))).toEqual({ kind: 'duplicate' });
    expect(tally(store.readings()).events).toMatchObject({
      request: { received: 1 },
      response: { received: 1 },
      prediction: { received: 1 },
    });
    // Sealed by a key that is no more: the half that comes takes its place, of whichever kind it is.
    const sealed = (kind: 'request' | 'response', sealedBy: string) => ({ ...half(kind), id: 's', sealedBy });
    expect(valueOf(await store.ingestPayload(sealed('request', 'k1'), 'k1'))).toEqual({ kind: 'waiting' });
    expect(valueOf(await store.ingestPayload(sealed('request', 'k1'), 'k1'))).toEqual({ kind: 'duplicate' });
    expect(valueOf(await store.ingestPayload(sealed('response', 'k2'), 'k2'))).toEqual({ kind: 'waiting' });
    expect(valueOf(await store.ingestPayload(sealed('response', 'k3'), 'k3'))).toEqual({ kind: 'waiting' });
    const opened = { kind: 'paired', other: { ...sealed('response', 'k3'), body: other.body } };
    expect(valueOf(await store.ingestPayload(sealed('request', 'k3'), 'k3'))).toEqual(opened);
    await until(store, (readings) => queue(readings, 'payloads').dropped['unreadable'] === 2);
    await store.ingestPayload({ ...half('request'), id: 'q' });
    clock.pass(3600);
    await until(store, (readings) => queue(readings, 'payloads').entries === 0 && queue(readings, 'payloads').dropped['expired'] === 2);
    await store.close();
  });

  it('exchanges its models at once, and goes on counting', async () => {
    const clock = testClock();
    const place = fresh();
    let store = await openAt(place, clock);
    store.recordPredictions(batchOf(['a', 'b'], [0.9, 0.1], 1));
    const [baseline] = model.baselines;
    const otherTruth = { ...BINARY_TRUTH, edges: [-1, 0.5] };
    const next = {
      ...model,
      threshold: 0.95,
      baselines: [
        { ...baseline!, groundTruth: otherTruth },
        { ...baseline!, version: '2' },
      ],
    };
    store.use([next, { ...model, name: 'other' }]);
    const secondVersion = { ...batchOf(['c'], [0.2], 1), version: '2' };
    expect(valueOf(await store.ingestPredictions(secondVersion))).toEqual(['accepted']);
    expect(valueOf(await store.ingestPredictions({ ...batchOf(['a'], [0.9], 1), model: 'other' }))).toEqual(['accepted']);
    expect(valueOf(await store.ingestGroundTruth([truthOf('a', 1, 1), truthOf('b', 1, 1)]))).toEqual(['joined', 'joined']);
    const told = store.readings();
    const of = (name: string, version: string) => told.series.find((tally) => tally.model === name && tally.version === version)!;
    // By the threshold in force when they met, which is the second.
    expect(of('m', '1').quality.confusion.toJSON()).toMatchObject({ truePositive: 0, falseNegative: 2 });
    expect(of('m', '2').events.features[0]!.count).toBe(1);
    expect([...of('m', '1').quality.groundTruth!.counts]).toEqual([0, 0, 2]);
    expect(told.models.map(({ model: name }) => name)).toEqual(['m', 'other']);
    store.use([model]);
    expect(store.readings().models.map(({ model: name }) => name)).toEqual(['m']);
    expect(await store.ingestGroundTruth([{ ...truthOf('a', 1, 1), model: 'other' }])).toMatchObject({
      error: { code: 'model_not_found' },
    });
    expect(valueOf(await store.ingestGroundTruth([truthOf('c', 1, 1)]))).toEqual(['joined']);
    // Counts of other bins do not go on.
    expect([...series(store.readings()).quality.groundTruth!.counts]).toEqual([0, 0]);
    await store.close();
    store = await openAt(place, clock);
    expect(series(store.readings()).quality.joined).toBe(2);
    await store.close();
  });

  it('tells of its series in one order, whichever it heard of first', async () => {
    const place = fresh();
    const clock = testClock();
    let store = await openAt(place, clock);
    const versions = async () => (await until(store, (readings) => readings.series.length === 3)).series.map(({ version }) => version);
    store.recordPredictions(secondsOf('3', ['a'], [0.2], 1));
    valueOf(await store.ingestGroundTruth([truthOf('a', 1, 1)]));
    store.recordPredictions(secondsOf('2', ['a'], [0.2], 1));
    valueOf(await store.ingestGroundTruth([truthOf('a', 1, 1)]));
    store.recordPredictions(batchOf(['a'], [0.9], 1));
    expect(await versions()).toEqual(['1', '2', '3']);
    await store.close();
    store = await openAt(place, clock);
    expect(await versions()).toEqual(['1', '2', '3']);
    await store.close();
  });

  it('compares challengers with the champion on the same predictions, each output once, over a restart', async () => {
    const clock = testClock();
    const place = fresh();
    let store = await openAt(place, clock);
    const paired = (version: string) => store.readings().series.find((entry) => entry.version === version)?.paired;
    store.recordPredictions(batchOf(['a', 'b', 'c', 'd'], [0.9, 0.4, 0.9, 0.9], 1));
    store.recordPredictions(secondsOf('2', ['a', 'b', 'a', 'nobody'], [0.4, 0.4, 0.1, 0.9], 1));
    store.recordPredictions(secondsOf('3', ['a'], [0.2], 1));
    await store.close();
    store = await openAt(place, clock);
    // Before ground truth, and after it; what was there already changes nothing.
    const told = [truthOf('a', 1, 1), truthOf('b', 1, 1), truthOf('c', 0, 1)];
    expect(valueOf(await store.ingestGroundTruth([...told, truthOf('a', 0, 2)]))).toEqual(['joined', 'joined', 'joined', 'conflict']);
    store.recordPredictions(secondsOf('2', ['c', 'a', 'd'], [0.2, 0.9, 0.9], 1));
    const isOfChallenger = ({ version }: StoreReadings['series'][number]) => version === '2';
    await until(store, ({ series }) => series.find(isOfChallenger)?.paired?.received === 4);
    clock.pass(HORIZON_SECONDS + 1);
    const expired = await until(store, ({ series }) => series.find(isOfChallenger)?.quality.expired === 1);
    const { quality, paired: two } = expired.series.find(isOfChallenger)!;
    // a: both right; b: the challenger alone, by its own threshold; c: likewise, of a flight that was on time.
    expect([...two!.quality.outcomes]).toEqual([1, 0, 2, 0]);
    expect([two!.received, two!.duplicates, two!.unmatched]).toEqual([4, 2, 1]);
    expect(quality.joined).toBe(3);
    expect(quality.confusion.toJSON()).toEqual({ truePositive: 2, falsePositive: 0, trueNegative: 1, falseNegative: 0 });
    expect(two!.quality.moreLoss - two!.quality.lessLoss).toBeCloseTo(0.6 ** 2 - 0.1 ** 2 + 0.2 ** 2 - 0.9 ** 2, 12);
    expect([...paired('3')!.quality.outcomes]).toEqual([0, 1, 0, 0]);
    const slices = [...two!.slices.get('region')!].map(([value, { outcomes }]) => [value, ...outcomes]);
    expect(slices.reduce((sum, [, , , alone]) => sum + Number(alone), 0)).toBe(2);
    expect(slices.map(([value]) => value)).toEqual(['r0', 'r1']);
    await store.close();
    store = await openAt(place, clock);
    expect(JSON.stringify(paired('2')!.quality)).toBe(JSON.stringify(two!.quality));
    expect(JSON.stringify([...paired('2')!.slices.get('region')!])).toBe(JSON.stringify([...two!.slices.get('region')!]));
    await store.close();
  });

  sliceConformance({ open }, fresh);

  it('answers with a value, not with an exception, whatever it is asked', async () => {
    const store = await openAt(fresh(), testClock());
    expect(await store.ingestGroundTruth([{ ...truthOf('a', 1, 1), model: 'other' }])).toMatchObject({
      ok: false,
      error: { code: 'model_not_found' },
    });
    store.recordPredictions({ ...batchOf(['a'], [0.9], 1), model: 'other' });
    expect(queue(store.readings(), 'store').dropped['unknown_model']).toBe(1);
    await Promise.all([store.close(), store.close()]);
    await store.close();
    expect(await store.ingestGroundTruth([truthOf('a', 1, 1)])).toMatchObject({ ok: false, error: { code: 'store_unavailable' } });
    store.recordPredictions(batchOf(['a'], [0.9], 1));
    expect(queue(store.readings(), 'store').dropped['store_unavailable']).toBe(1);
  });
}
