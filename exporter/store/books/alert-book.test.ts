import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { AlertsTaken } from '@modelwatch/core';
import { testClock } from '../conformance.js';
import type { Store } from '../store.js';
import type { AlertQuery, AlertReport } from './alert-book.js';
import { bookConformance, storesOf } from './conformance.js';

const open = storesOf('alerts');
const ALL: AlertQuery = { fromSeconds: 0, toSeconds: 1e12, alertsMax: 1000 };
const BEGAN = testClock().nowSeconds() - 3600;
const drift: AlertReport = {
  fingerprint: 'f1',
  name: 'ModelwatchFeatureDrift',
  model: 'm',
  severity: 'ticket',
  startSeconds: BEGAN,
  labels: { feature: 'distance' },
  summary: 'distance has drifted',
  counted: { model: 'm', alert: 'ModelwatchFeatureDrift', severity: 'ticket' },
  isOnData: true,
};

const told = async (store: Store, ...reports: AlertReport[]): Promise<readonly number[] | string> => {
  const taken = await store.book('alerts').write('take', reports);
  if (!taken.ok) return taken.error.code;
  const { begun, ended, repeated } = taken.value as AlertsTaken;
  return [begun, ended, repeated];
};
const alertsOf = async (store: Store, query: Partial<AlertQuery> = {}) => {
  const read = await store.book('alerts').read('alerts', { ...ALL, ...query });
  if (!read.ok) throw new Error(read.error.message);
  return read.value.map(({ alert }) => alert);
};
const firingOf = (store: Store) => store.readings().books.alerts?.firing.map(({ model, severity, count }) => [model, severity, count]);
const begunOf = (store: Store) => store.readings().books.alerts?.begun.reduce((sum, { count }) => sum + count, 0);
const remediationOf = (store: Store) =>
  store
    .readings()
    .books.alerts?.remediation.map(({ outcome, duration: { counts, sum } }) => [outcome, counts.reduce((all, one) => all + one, 0), sum]);

describe('the book of alerts', () => {
  bookConformance({
    name: 'alerts',
    open,
    add: (book, number) => book.write('take', [{ ...drift, fingerprint: String(number), startSeconds: BEGAN + number / 10 }]),
    writes: [
      (book) => book.write('take', [drift, { ...drift, fingerprint: 'f2', model: 'n' }]),
      (book) => book.write('take', [{ ...drift, endSeconds: BEGAN + 60 }]),
    ],
    reads: [(book) => book.read('alerts', ALL), (book) => book.read('alerts', { ...ALL, model: 'm' })],
    dropReason: 'full',
  });

  it('counts an alert once by fingerprint and beginning, whoever tells it in whatever order', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    const end = { ...drift, endSeconds: BEGAN + 600 };
    expect(await told(store, drift, drift)).toEqual([1, 0, 1]);
    expect(firingOf(store)).toEqual([['m', 'ticket', 1]]);
    expect([await told(store, end), await told(store, end), await told(store, drift)]).toEqual([
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 1],
    ]);
    // The other of a pair saw its end a moment later.
    expect(await told(store, { ...drift, endSeconds: BEGAN + 601 })).toEqual([0, 0, 1]);
    expect(await alertsOf(store)).toEqual([
      {
        ...{ fingerprint: 'f1', name: 'ModelwatchFeatureDrift', model: 'm', severity: 'ticket', state: 'resolved' },
        ...{ startSeconds: BEGAN, endSeconds: BEGAN + 600, summary: 'distance has drifted', labels: { feature: 'distance' } },
      },
    ]);
    expect([firingOf(store), begunOf(store)]).toEqual([[], 1]);
    // Only its end was ever told.
    expect(await told(store, { ...end, fingerprint: 'f3' })).toEqual([1, 0, 0]);
    expect([firingOf(store), begunOf(store)]).toEqual([[], 2]);
    await store.close();
  });

  it('ends an alert that begins anew, in either order, and takes its true end when it comes', async () => {
    const again = { ...drift, startSeconds: BEGAN + 1000 };
    for (const order of [
      [drift, again],
      [again, drift],
    ]) {
      const store = await open({ place: undefined, clock: testClock() });
      for (const report of order) expect(await told(store, report)).toEqual([1, 0, 0]);
      expect((await alertsOf(store)).map(({ state, endSeconds }) => [state, endSeconds])).toEqual([
        ['unheard', BEGAN + 1000],
        ['firing', undefined],
      ]);
      expect(await told(store, drift)).toEqual([0, 0, 1]);
      expect(firingOf(store)).toEqual([['m', 'ticket', 1]]);
      expect(await told(store, { ...drift, endSeconds: BEGAN + 400 })).toEqual([0, 1, 0]);
      expect((await alertsOf(store)).map(({ state, endSeconds }) => [state, endSeconds])).toEqual([
        ['resolved', BEGAN + 400],
        ['firing', undefined],
      ]);
      expect(firingOf(store)).toEqual([['m', 'ticket', 1]]);
      await store.close();
    }
  });

  it('comes to the same whatever the order, and however often each is told', async () => {
    const reports = [0, 10, 20].flatMap((start) => [
      { ...drift, startSeconds: BEGAN + start },
      ...(start === 10 ? [] : [{ ...drift, startSeconds: BEGAN + start, endSeconds: BEGAN + start + 5 }]),
      { ...drift, fingerprint: 'f2', startSeconds: BEGAN + start },
    ]);
    const order = fc.shuffledSubarray(
      Array.from({ length: 3 * reports.length }, (_, i) => i),
      { minLength: 3 * reports.length },
    );
    const outcomes = new Set<string>();
    const tell = async (numbers: readonly number[]) => {
      const store = await open({ place: undefined, clock: testClock() });
      for (const number of numbers) await told(store, reports[number % reports.length]!);
      const spans = (await alertsOf(store)).map(({ fingerprint, state, startSeconds, endSeconds }) => [
        fingerprint,
        state,
        startSeconds - BEGAN,
        endSeconds === undefined ? undefined : endSeconds - BEGAN,
      ]);
      outcomes.add(JSON.stringify([spans.map(String).toSorted(), begunOf(store), firingOf(store), remediationOf(store)]));
      await store.close();
    };
    await fc.assert(fc.asyncProperty(order, tell), { numRuns: 10, seed: 24 });
    expect([...outcomes].map((outcome) => JSON.parse(outcome) as unknown)).toEqual([
      [
        ['f1,resolved,0,5', 'f1,resolved,20,25', 'f1,unheard,10,20', 'f2,firing,20,', 'f2,unheard,0,10', 'f2,unheard,10,20'],
        6,
        [['m', 'ticket', 1]],
        [['resolved', 2, 10]],
      ],
    ]);
  });

  it('measures the time to the first change of the model that takes effect, or to its end', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    const event = (id: string, more: object) =>
      store.book('events').write('record', { id, kind: 'deploy', model: 'm', timeSeconds: BEGAN + 100, ...more });
    await told(
      store,
      drift,
      { ...drift, fingerprint: 'f2', model: 'n' },
      { ...drift, fingerprint: 'f3', name: 'ModelwatchQueueing', isOnData: false },
    );
    await event('before', { timeSeconds: BEGAN - 1 });
    await event('failed', { status: 'failed' });
    await event('incident', { kind: 'incident' });
    await event('of-all', { model: undefined });
    expect(remediationOf(store)).toEqual([]);
    await event('retrain', { kind: 'retrain', status: 'running' });
    expect(remediationOf(store)).toEqual([]);
    for (let again = 0; again < 2; again++) await event('retrain', { kind: 'retrain', status: 'succeeded', endSeconds: BEGAN + 900 });
    await event('second', { timeSeconds: BEGAN + 950 });
    expect(remediationOf(store)).toEqual([['remedied', 1, 900]]);
    await told(store, { ...drift, endSeconds: BEGAN + 1000 });
    expect(remediationOf(store)).toEqual([['remedied', 1, 900]]);
    await told(store, { ...drift, fingerprint: 'f2', model: 'n', endSeconds: BEGAN + 70 });
    await told(store, { ...drift, fingerprint: 'f3', isOnData: false, endSeconds: BEGAN + 70 });
    expect(remediationOf(store)).toEqual([
      ['remedied', 1, 900],
      ['resolved', 1, 70],
    ]);
    expect((await alertsOf(store, { model: 'm', state: 'resolved' }))[0]).toMatchObject({
      remedy: 'retrain',
      remediedSeconds: BEGAN + 900,
      endSeconds: BEGAN + 1000,
    });
    await store.close();
  });

  it('takes a promotion of the registry for a remedy, in its transaction', async () => {
    const clock = testClock();
    const store = await open({ place: undefined, clock });
    await told(store, drift);
    const registry = store.book('registry');
    await registry.write('register', { model: 'm', version: '2', digest: 'a'.repeat(64), lineage: {}, metrics: {} });
    await registry.write('intend', { id: 'p', model: 'm', version: '2' });
    for (let again = 0; again < 2; again++) await registry.write('commit', { id: 'p' });
    expect(remediationOf(store)).toEqual([['remedied', 1, clock.nowSeconds() - BEGAN]]);
    expect(await alertsOf(store)).toMatchObject([{ state: 'firing', remedy: 'promotion', remediedSeconds: clock.nowSeconds() }]);
    await store.close();
  });

  it('gives up an alert that is told no more, until it is told again', async () => {
    const clock = testClock();
    const store = await open({ place: undefined, limits: { rowsMax: 10, ageSecondsMax: 1e6, unheardSecondsMax: 100 }, clock });
    await told(store, drift);
    const heard = clock.nowSeconds();
    clock.pass(101);
    // Each is a transaction, before or after which it is given up.
    for (let again = 0; again < 2; again++) await told(store, { ...drift, fingerprint: 'other' });
    expect((await alertsOf(store, { state: 'unheard' })).map(({ fingerprint, endSeconds }) => [fingerprint, endSeconds])).toEqual([
      ['f1', heard],
    ]);
    expect(firingOf(store)).toEqual([['m', 'ticket', 1]]);
    expect(await told(store, drift)).toEqual([0, 0, 1]);
    expect((await alertsOf(store, { state: 'firing' })).length).toBe(2);
    expect([firingOf(store), begunOf(store)]).toEqual([[['m', 'ticket', 2]], 2]);
    await store.close();
  });

  it('keeps its counts when rows go for want of room or with their age, and over a restart', async () => {
    const clock = testClock();
    const place = 'alerts-counted';
    let store = await open({ place, clock });
    await told(
      store,
      drift,
      { ...drift, fingerprint: 'f2', startSeconds: BEGAN + 1 },
      { ...drift, fingerprint: 'f3', endSeconds: BEGAN + 9 },
    );
    const before = store.readings().books.alerts;
    expect([begunOf(store), firingOf(store)]).toEqual([3, [['m', 'ticket', 2]]]);
    await store.close();
    store = await open({ place, limits: { rowsMax: 1, ageSecondsMax: 7200 }, clock });
    expect(store.readings().books.alerts).toEqual(before);
    const page = { ...drift, fingerprint: 'f4', startSeconds: BEGAN + 2, counted: { ...drift.counted, severity: 'page' } };
    expect(await told(store, page)).toEqual([1, 0, 0]);
    expect([begunOf(store), firingOf(store)]).toEqual([4, [['m', 'page', 1]]]);
    expect(store.readings().queues.find(({ name }) => name === 'alerts')).toMatchObject({ entries: 1, dropped: { full: 3, aged: 0 } });
    clock.pass(7200);
    for (let again = 0; again < 2; again++) await told(store, { ...page, fingerprint: 'f5', startSeconds: clock.nowSeconds() });
    expect(store.readings().queues.find(({ name }) => name === 'alerts')).toMatchObject({ entries: 1, dropped: { full: 3, aged: 1 } });
    expect([begunOf(store), firingOf(store)]).toEqual([5, [['m', 'page', 1]]]);
    await store.close();
  });
});
