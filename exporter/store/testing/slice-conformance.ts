import { expect, it } from '@jest/globals';
import { OTHER_BIN } from '@modelwatch/core';
import { testClock, type StoreUnderTest } from '../conformance.js';
import { joinedCount } from '../joined-counts.js';
import type { EventBatch, StoreModel, StoreReadings } from '../store.js';
import { allOfSlice } from '../worst-slices.js';

const model: StoreModel = {
  name: 'm',
  kind: 'probability',
  threshold: 0.5,
  horizonSeconds: 100,
  slices: [
    { name: 'region', valuesMax: 2, worstMax: 1, keptMax: 4 },
    { name: 'tenant', valuesMax: 2 },
  ],
  baselines: [],
};
const [region, tenant] = model.slices;

interface Pair {
  readonly region: string;
  readonly tenant: string;
  readonly output: number;
  readonly truth: number;
}

let lastId = 0;
/** A batch of predictions and what came true for them. */
function pairsOf(pairs: readonly Pair[]): {
  batch: EventBatch;
  truths: { model: string; id: string; value: number; timeSeconds: number }[];
} {
  const ids = pairs.map(() => `slice-${++lastId}`);
  const batch: EventBatch = {
    model: 'm',
    version: '1',
    role: 'champion',
    rows: pairs.length,
    ids,
    timeSeconds: 1,
    features: [],
    outputs: pairs.map(({ output }) => output),
    slices: [pairs.map((pair) => pair.region), pairs.map((pair) => pair.tenant)],
    sliceNames: ['region', 'tenant'],
  };
  return { batch, truths: ids.map((id, i) => ({ model: 'm', id, value: pairs[i]!.truth, timeSeconds: 2 })) };
}

/** So many pairs of a region, of which so many are wrong. */
const manyOf = (value: string, count: number, wrong: number): Pair[] =>
  Array.from({ length: count }, (_, i) => ({ region: value, tenant: 't', output: i < wrong ? 0.9 : 0.2, truth: 0 }));

const quality = ({ series }: StoreReadings) => series[0]!.quality;
const countsOf = (readings: StoreReadings, of: 'slices' | 'tail', name: string) =>
  Object.fromEntries([...(quality(readings)[of].get(name) ?? [])].map(([value, counts]) => [value, joinedCount(counts)]));

/** What every store has to do for slices. Called by the conformance of stores. */
export function sliceConformance({ open }: StoreUnderTest, fresh: () => string): void {
  const openAt = (place: string, models: readonly StoreModel[] = [model]) =>
    open({ place, models, clock: testClock(), predictionsMax: 10_000 });
  const join = async (store: Awaited<ReturnType<typeof open>>, pairs: readonly Pair[]) => {
    for (let from = 0; from < pairs.length; from += 500) {
      const { batch, truths } = pairsOf(pairs.slice(from, from + 500));
      expect(await store.ingestPredictions(batch)).toMatchObject({ ok: true });
      expect(await store.ingestGroundTruth(truths)).toMatchObject({ ok: true });
    }
  };

  it('shows the values that are worse for certain by themselves, and no count of any ever goes down', async () => {
    const place = fresh();
    let store = await openAt(place);
    await join(store, [...manyOf('good', 300, 10), ...manyOf('fair', 300, 15), ...manyOf('few', 20, 20)]);
    await join(store, manyOf('late', 150, 10));
    const before = store.readings();
    expect(countsOf(before, 'slices', 'region')).toEqual({ good: 300, fair: 300, [OTHER_BIN]: 170 });
    expect(countsOf(before, 'tail', 'region')).toEqual({ few: 20, late: 150 });
    await join(store, [...manyOf('late', 250, 125), ...manyOf('beyond', 5, 1)]);
    const shown = store.readings();
    // Found by what was counted as __other__, it has nothing of its own yet.
    expect(countsOf(shown, 'slices', 'region')).toEqual({ good: 300, fair: 300, [OTHER_BIN]: 425, late: 0 });
    expect(countsOf(shown, 'tail', 'region')).toEqual({ few: 20, late: 400, [OTHER_BIN]: 5 });
    await store.close();
    store = await openAt(place);
    await join(store, [...manyOf('late', 30, 3), ...manyOf('few', 200, 200)]);
    const after = store.readings();
    expect(countsOf(after, 'slices', 'region')).toEqual({ good: 300, fair: 300, [OTHER_BIN]: 625, late: 30 });
    expect(countsOf(after, 'tail', 'region')).toEqual({ few: 220, late: 400, [OTHER_BIN]: 5 });
    const all = allOfSlice(quality(after), 'region');
    expect(Object.fromEntries([...all].map(([value, counts]) => [value, [joinedCount(counts), counts.confusion.falsePositive]]))).toEqual({
      good: [300, 10],
      fair: [300, 15],
      late: [430, 138],
      few: [220, 220],
      [OTHER_BIN]: [5, 1],
    });
    expect(quality(after).joined).toBe(1255);
    await store.close();
  });

  it('counts rows that waited, and batches of before, by the names of their slices, in whatever order these are configured since', async () => {
    const place = fresh();
    let store = await openAt(place);
    const waiting = pairsOf([{ region: 'north', tenant: 'acme', output: 0.9, truth: 1 }]);
    const early = pairsOf([{ region: 'south', tenant: 'acme', output: 0.9, truth: 1 }]);
    await store.ingestPredictions(waiting.batch);
    store.use([{ ...model, slices: [tenant!, region!] }]);
    await store.ingestGroundTruth([...waiting.truths, ...early.truths]);
    store.recordPredictions(early.batch);
    const seconds = pairsOf([{ region: 'east', tenant: 'bell', output: 0.1, truth: 0 }]);
    await store.ingestPredictions(seconds.batch);
    await store.close();
    store = await openAt(place, [{ ...model, slices: [{ name: 'added', valuesMax: 2 }, region!] }]);
    await store.ingestGroundTruth(seconds.truths);
    const readings = store.readings();
    expect(countsOf(readings, 'slices', 'region')).toEqual({ north: 1, south: 1, [OTHER_BIN]: 1 });
    expect(countsOf(readings, 'tail', 'region')).toEqual({ east: 1 });
    expect(countsOf(readings, 'slices', 'tenant')).toEqual({ acme: 2 });
    expect(countsOf(readings, 'slices', 'added')).toEqual({});
    expect([...readings.series[0]!.events.slices.get('tenant')!]).toEqual([
      ['acme', 1],
      ['bell', 1],
    ]);
    await store.close();
  });
}
