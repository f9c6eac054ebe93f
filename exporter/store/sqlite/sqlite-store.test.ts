import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { batchOf, storeConformance, testClock, until } from '../conformance.js';
import { openSqliteStore } from '../index.js';
import type { StoreModel } from '../store.js';

const model: StoreModel = {
  name: 'm',
  kind: 'probability',
  threshold: 0.5,
  horizonSeconds: 86_400,
  slices: [],
  baselines: [
    {
      version: '1',
      features: [{ kind: 'numeric', edges: [0.5], min: 0, max: 1 }],
      output: { kind: 'numeric', edges: [0.5], min: 0, max: 1 },
    },
  ],
};

let directory: string;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'modelwatch-store-'));
});
afterAll(() => {
  fs.rmSync(directory, { recursive: true });
});

describe('the SQLite store', () => {
  storeConformance({
    open: ({ place, models, clock, predictionsMax }) =>
      openSqliteStore({ path: path.join(directory, place), models, clock, predictionsMax, queueEntriesMax: 1000, tickSeconds: 0.02 }),
  });

  it('refuses a file that another process has open', async () => {
    const options = { path: path.join(directory, 'shared'), models: [model], clock: testClock(), predictionsMax: 10, queueEntriesMax: 10 };
    const store = await openSqliteStore(options);
    await expect(openSqliteStore(options)).rejects.toMatchObject({ name: 'StoreOpenError', code: 'locked' });
    await store.close();
  });

  it('drops what the queue cannot take, and refuses what would be acknowledged', async () => {
    const options = { path: ':memory:', models: [model], clock: testClock(), predictionsMax: 1000, queueEntriesMax: 10 };
    const store = await openSqliteStore(options);
    const batch = (count: number) => ({
      model: 'm',
      version: '1',
      role: 'champion' as const,
      rows: count,
      ids: Array.from({ length: count }, (_, i) => `${count}-${i}`),
      timeSeconds: 1,
      features: [],
      outputs: new Float64Array(count),
      slices: [],
    });
    store.recordPredictions(batch(8));
    store.recordPredictions(batch(3));
    const answers = await Promise.all([store.ingestPredictions(batch(20)), store.ingestPredictions(batch(1))]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, false]);
    const [recorded, ingested] = store.readings().queues;
    expect([recorded, ingested]).toMatchObject([
      { entries: 0, dropped: { full: 3 } },
      { entries: 0, dropped: { full: 1 } },
    ]);
    await store.close();
  });

  it('tells callers in bounded time that a disk has not answered, and recognises what was written all the same', async () => {
    const clock = testClock();
    const options = { path: ':memory:', models: [model], clock, predictionsMax: 100_000, queueEntriesMax: 60_000, tickSeconds: 0.001 };
    const store = await openSqliteStore(options);
    // Takes the store far longer than its next look at the clock.
    const batch = batchOf(
      Array.from({ length: 50_000 }, (_, i) => `slow-${i}`),
      new Array<number>(50_000).fill(0.5),
      1,
    );
    const answer = store.ingestPredictions(batch);
    clock.pass(11);
    expect(await answer).toMatchObject({ ok: false, error: { code: 'store_unavailable' } });
    // What hangs keeps its room, so that callers who send again do not fill the memory.
    expect(await store.ingestPredictions({ ...batch, ids: batch.ids.slice(0, 20_000), rows: 20_000 })).toMatchObject({ ok: false });
    expect(store.readings().queues[1]).toMatchObject({
      name: 'ingest',
      entries: 50_000,
      dropped: { store_unavailable: 50_000, full: 20_000 },
    });
    await until(store, ({ series, queues }) => series[0]?.events.predictions === 50_000 && queues[1]?.entries === 0);
    expect(await store.ingestPredictions({ ...batch, ids: batch.ids.slice(0, 1), rows: 1 })).toMatchObject({
      ok: true,
      value: ['duplicate'],
    });
    await store.close();
  });

  it('records and joins a hundred thousand predictions, each once', async () => {
    const count = 100_000;
    const file = path.join(directory, 'large');
    const options = { path: file, models: [model], clock: testClock(), predictionsMax: count, queueEntriesMax: count };
    const store = await openSqliteStore(options);
    const idsOf = (from: number, rows: number) => Array.from({ length: rows }, (_, i) => `large-${from + i}`);
    for (let from = 0; from < count; from += 500) {
      store.recordPredictions({ ...batchOf(idsOf(from, 500), new Float64Array(500).fill(0.9) as unknown as number[], 1), slices: [] });
    }
    const outcomes = new Map<string, number>();
    for (let from = 0; from < count; from += 10_000) {
      const told = await store.ingestGroundTruth(idsOf(from, 10_000).map((id, i) => ({ model: 'm', id, value: i % 2, timeSeconds: 2 })));
      for (const outcome of told.ok ? told.value : []) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect([...outcomes]).toEqual([['joined', count]]);
    const { models, series, queues } = store.readings();
    expect(models[0]).toMatchObject({ received: count, pending: 0 });
    expect(series[0]!.quality.confusion.toJSON()).toEqual({
      truePositive: count / 2,
      falsePositive: count / 2,
      trueNegative: 0,
      falseNegative: 0,
    });
    expect(queues.map(({ name, dropped }) => [name, Object.values(dropped).reduce((sum, dropped) => sum + dropped, 0)])).toEqual(
      queues.map(({ name }) => [name, 0]),
    );
    await store.close();
  });
});
