import { expect, it } from '@jest/globals';
import { quantileBinning, type Baseline, type FrequenciesJSON } from '@modelwatch/core';
import { createModelWatch, type ModelWatch } from '../pipeline/model-watch.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { testClock } from '../store/conformance.js';
import { openSqliteStore } from '../store/index.js';
import { createSnapshotter } from './snapshotter.js';

const { edges } = quantileBinning(Array.from({ length: 100 }, (_, i) => i));
const numeric = { kind: 'numeric', edges, moments: { min: 0, max: 99 } };
const baseline = { features: [{ name: 'f', ...numeric }], output: numeric } as unknown as Baseline;
const watchOf = (version: string): ModelWatch =>
  createModelWatch({ model: 'm', version, role: 'champion', baseline, slices: [], windowSeconds: 60, nowSeconds: 0 });
const observe = (watch: ModelWatch, rows: number) => {
  const values = new Array<number>(rows).fill(1);
  const { model, version, role } = watch;
  watch.observe({ model, version, role, rows, ids: values.map(String), timeSeconds: 1, features: [values], outputs: values, slices: [] });
};
const inForce = (watch: ModelWatch) => new Map([['m', { watched: { watch } } as unknown as ModelRuntime]]);

it('a window that ends while a reload exchanges models loses nothing that the one before still counts', async () => {
  const clock = testClock();
  const store = await openSqliteStore({ path: ':memory:', models: [], queueEntriesMax: 10, predictionsMax: 10, clock });
  const [first, second] = [watchOf('1'), watchOf('2')];
  let exchanged = false;
  const taken = createSnapshotter({
    store: {
      readings: () => store.readings(),
      book(name) {
        // Asked for last to write the window, when everything has been counted.
        if (clock.nowSeconds() > start && !exchanged) {
          exchanged = true;
          observe(first, 5);
          taken.use(inForce(second));
          observe(second, 7);
        }
        return store.book(name);
      },
    },
    windowSeconds: 3600,
    clock,
    onFault(message) {
      throw new Error(message);
    },
  });
  const start = clock.nowSeconds();
  taken.use(inForce(first));
  await taken.start();
  observe(first, 3);
  clock.pass(60);
  await taken.take();
  expect(exchanged).toBe(true);
  clock.pass(60);
  await taken.close();
  const query = { model: 'm', subject: 'feature', fromSeconds: start, toSeconds: start + 120 } as const;
  const read = await store.book('snapshots').read('merged', query);
  await store.close();
  const counted = read.ok ? read.value.map(({ version, document }) => [version, (JSON.parse(document) as FrequenciesJSON).counts]) : [];
  const sums = counted.map(([version, counts]) => [version, (counts as number[]).reduce((sum, count) => sum + count, 0)]);
  expect(sums).toEqual([
    ['1', 8],
    ['2', 7],
  ]);
});

it('a clock that is set forward and back costs a line of the log, and no count', async () => {
  const real = testClock();
  let steppedSeconds = 0;
  const clock = { ...real, nowSeconds: () => real.nowSeconds() + steppedSeconds };
  const store = await openSqliteStore({ path: ':memory:', models: [], queueEntriesMax: 10, predictionsMax: 10, clock });
  const faults: string[] = [];
  const snapshotter = createSnapshotter({ store, windowSeconds: 60, clock, onFault: (message) => faults.push(message) });
  const watch = watchOf('1');
  snapshotter.use(inForce(watch));
  await snapshotter.start();
  steppedSeconds = 86_400;
  observe(watch, 3);
  await snapshotter.take();
  real.pass(1);
  steppedSeconds = 0;
  observe(watch, 5);
  await snapshotter.take();
  expect(faults).toEqual([expect.stringContaining('set back by 86399 s')]);
  observe(watch, 7);
  real.pass(60);
  await snapshotter.take();
  expect(snapshotter.counts.taken).toBe(3);
  await snapshotter.close();
  const query = { model: 'm', subject: 'feature', fromSeconds: 0, toSeconds: Number.MAX_SAFE_INTEGER } as const;
  const read = await store.book('snapshots').read('merged', query);
  await store.close();
  const [merged] = read.ok ? read.value : [];
  const { counts } = JSON.parse(merged!.document) as FrequenciesJSON;
  expect((counts as number[]).reduce((sum, count) => sum + count, 0)).toBe(3 + 5 + 7);
});

it('windows that are not counted when the drain ends, the last and one under way, are not written into a store that closes, and are told of', async () => {
  const clock = testClock();
  const store = await openSqliteStore({ path: ':memory:', models: [], queueEntriesMax: 10, predictionsMax: 10, clock });
  const faults: string[] = [];
  const taken = createSnapshotter({ store, windowSeconds: 3600, clock, onFault: (message) => void faults.push(message) });
  const watch = watchOf('1');
  taken.use(inForce(watch));
  await taken.start();
  observe(watch, 3);
  clock.pass(60);
  const ended = new AbortController();
  // One whose time has come is under way when the drain begins, the last one follows it.
  const underWay = taken.take();
  const closing = taken.close(ended.signal);
  ended.abort();
  await Promise.all([underWay, closing]);
  expect(taken.counts).toEqual({ taken: 0, failed: 2 });
  expect(faults).toEqual(new Array(2).fill(expect.stringContaining('given up')));
  const query = { model: 'm', subject: 'feature', fromSeconds: 0, toSeconds: Number.MAX_SAFE_INTEGER } as const;
  const read = await store.book('snapshots').read('merged', query);
  expect(read).toEqual({ ok: true, value: [] });
  await store.close();
});
