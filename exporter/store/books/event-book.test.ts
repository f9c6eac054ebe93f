import { describe, expect, it } from '@jest/globals';
import { testClock } from '../conformance.js';
import { bookConformance, storesOf } from './conformance.js';
import type { EventQuery, EventReport } from './event-book.js';
import { OPEN_EVENTS_MAX } from './running-events.js';

const open = storesOf('events');
const ALL: EventQuery = { fromSeconds: 0, toSeconds: 1e12, eventsMax: 1000 };
const job: EventReport = { id: 'job-7', kind: 'training_job', model: 'm', status: 'running' };

describe('the book of events', () => {
  bookConformance({
    name: 'events',
    open,
    add: (book, number) => book.write('record', { id: `e-${number}`, kind: 'deploy', model: 'm' }),
    writes: [(book) => book.write('record', { id: 'd-1', kind: 'deploy', model: 'm', version: '1' }), (book) => book.write('record', job)],
    reads: [(book) => book.read('events', ALL), (book) => book.read('events', { ...ALL, model: 'm' })],
    dropReason: 'full',
  });

  it('makes one record of start and end, however often each is told, and refuses what contradicts', async () => {
    const clock = testClock();
    const store = await open({ place: undefined, clock });
    const book = store.book('events');
    const began = clock.nowSeconds();
    const tell = async (report: EventReport) => {
      const outcome = await book.write('record', report);
      return outcome.ok ? outcome.value : outcome.error.code;
    };
    expect([await tell(job), await tell(job)]).toEqual(['recorded', 'duplicate']);
    clock.pass(60);
    const end: EventReport = { ...job, status: 'failed', endSeconds: began + 60, text: 'out of memory' };
    expect([await tell(end), await tell(end), await tell(job)]).toEqual(['updated', 'duplicate', 'duplicate']);
    expect([
      await tell({ ...end, status: 'succeeded' }),
      await tell({ ...end, endSeconds: began + 61 }),
      await tell({ ...job, model: 'other' }),
      await tell({ ...job, kind: 'deploy' }),
      await tell({ ...job, timeSeconds: began - 1 }),
    ]).toEqual(Array(5).fill('conflict'));
    const read = await book.read('events', ALL);
    expect(read.ok ? read.value.map(({ event }) => event) : read).toEqual([
      {
        id: 'job-7',
        kind: 'training_job',
        model: 'm',
        status: 'failed',
        timeSeconds: began,
        endSeconds: began + 60,
        text: 'out of memory',
      },
    ]);
    await store.close();
  });

  it('tells by time, model and kind, page by page, with what was under way and what concerns all models', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    const book = store.book('events');
    const now = testClock().nowSeconds();
    const reports: EventReport[] = [
      { id: 'long', kind: 'maintenance', timeSeconds: now - 50, endSeconds: now + 5 },
      { id: 'a', kind: 'deploy', model: 'm', timeSeconds: now },
      { id: 'b', kind: 'deploy', model: 'n', timeSeconds: now },
      { id: 'c', kind: 'rollback', model: 'm', timeSeconds: now + 10 },
    ];
    for (const report of reports) await book.write('record', report);
    const idsOf = async (query: Partial<EventQuery>) => {
      const read = await book.read('events', { ...ALL, ...query });
      return read.ok ? read.value.map(({ event }) => event.id) : [];
    };
    expect(await idsOf({})).toEqual(['long', 'a', 'b', 'c']);
    expect(await idsOf({ model: 'm' })).toEqual(['long', 'a', 'c']);
    expect(await idsOf({ kind: 'deploy' })).toEqual(['a', 'b']);
    expect(await idsOf({ fromSeconds: now + 1 })).toEqual(['long', 'c']);
    expect(await idsOf({ toSeconds: now })).toEqual(['long']);
    const pages: string[] = [];
    let after: EventQuery['after'];
    for (;;) {
      const read = await book.read('events', { ...ALL, eventsMax: 1, ...(after === undefined ? {} : { after }) });
      if (!read.ok || read.value.length === 0) break;
      pages.push(...read.value.map(({ event }) => event.id));
      after = read.value.at(-1)!.cursor;
    }
    expect(pages).toEqual(['long', 'a', 'b', 'c']);
    await store.close();
  });

  it('counts each event once by model and kind, also one that is gone, and tells scrapes of it', async () => {
    const clock = testClock();
    const place = 'events-counted';
    let store = await open({ place, clock });
    const began = clock.nowSeconds();
    const reports: readonly EventReport[] = [
      job,
      { ...job, status: 'failed', endSeconds: began + 400 },
      { ...job, id: 'job-8', status: 'succeeded', timeSeconds: began - 50, endSeconds: began },
      { id: 'd', kind: 'deploy', model: 'm', timeSeconds: began + 5 },
      { id: 'd-failed', kind: 'deploy', model: 'm', status: 'failed', timeSeconds: began + 9 },
      { id: 'of-all', kind: 'maintenance' },
      { id: 'of-another', kind: 'deploy', model: 'x', countedAs: '__other__' },
    ];
    for (const report of [...reports, ...reports]) await store.book('events').write('record', report);
    const counts = () =>
      new Map(
        store
          .readings()
          .books.events?.tallies.map(({ model, kind, begun, succeeded, failed, duration, latestSeconds }) => [
            `${model} ${kind}`,
            [begun, succeeded, failed, duration.counts.reduce((sum, count) => sum + count, 0), duration.sum, latestSeconds],
          ]),
      );
    expect(counts()).toEqual(
      new Map([
        ['m training_job', [2, 1, 1, 2, 450, began - 50]],
        ['m deploy', [2, 0, 1, 0, 0, began + 5]],
        ['__all__ maintenance', [1, 0, 0, 0, 0, began]],
        ['__other__ deploy', [1, 0, 0, 0, 0, began]],
      ]),
    );
    const before = counts();
    await store.close();
    store = await open({ place, limits: { rowsMax: 1 }, clock });
    expect(counts()).toEqual(before);
    await store.book('events').write('record', { id: 'one-more', kind: 'incident' });
    expect(store.readings().queues.find(({ name }) => name === 'events')!.entries).toBe(1);
    expect(counts()).toEqual(new Map([...before, ['__all__ incident', [1, 0, 0, 0, 0, began]]]));
    await store.close();
  });

  it('tells scrapes what is under way, until its end is told or comes, also after a restart', async () => {
    const clock = testClock();
    const place = 'events-open';
    let store = await open({ place, clock });
    const began = clock.nowSeconds();
    const openNow = () =>
      store
        .readings()
        .books.events?.open.map(({ model, kind, startSeconds, endSeconds }) => [
          model,
          kind,
          startSeconds - began,
          (endSeconds ?? NaN) - began,
        ]);
    const tell = (report: EventReport) => store.book('events').write('record', report);
    await tell(job);
    await tell({ id: 'window', kind: 'maintenance', model: 'm', timeSeconds: began + 60, endSeconds: began + 120 });
    await tell({ id: 'of-all', kind: 'incident', status: 'running' });
    await tell({ id: 'point', kind: 'deploy', model: 'm' });
    await tell({ id: 'over', kind: 'retrain', model: 'm', status: 'succeeded', timeSeconds: began - 9, endSeconds: began + 9 });
    const lasting = [
      ['m', 'training_job', 0, NaN],
      ['m', 'maintenance', 60, 120],
      ['__all__', 'incident', 0, NaN],
    ];
    expect(openNow()).toEqual(lasting);
    await store.close();
    store = await open({ place, clock });
    expect(new Set(openNow())).toEqual(new Set(lasting));
    await tell({ id: 'of-all', kind: 'incident', status: 'succeeded' });
    expect(new Set(openNow())).toEqual(new Set(lasting.slice(0, 2)));
    // What has ended by the clock goes with the next commit.
    clock.pass(120);
    await tell({ id: 'another', kind: 'deploy', model: 'm' });
    await tell({ id: 'one more', kind: 'deploy', model: 'm' });
    expect(openNow()).toEqual(lasting.slice(0, 1));
    await store.close();
  });

  it('keeps a bounded number of those under way for scrapes, and counts what finds no room', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    const book = store.book('events');
    for (let i = 0; i <= OPEN_EVENTS_MAX; i++) await book.write('record', { ...job, id: `job-${i}` });
    expect(store.readings().books.events?.open.length).toBe(OPEN_EVENTS_MAX);
    expect(store.readings().queues.find(({ name }) => name === 'events')!.dropped).toMatchObject({ open: 1 });
    await store.close();
  });

  it('lets go what is older than it may be', async () => {
    const clock = testClock();
    const store = await open({ place: undefined, limits: { rowsMax: 10, ageSecondsMax: 100 }, clock });
    const book = store.book('events');
    await book.write('record', { id: 'old', kind: 'deploy' });
    clock.pass(101);
    await book.write('record', { id: 'new', kind: 'deploy' });
    // Another write, in whose transaction the old one is certainly gone.
    await book.write('record', { id: 'newer', kind: 'deploy' });
    const read = await book.read('events', ALL);
    expect(read.ok ? read.value.map(({ event }) => event.id) : read).toEqual(['new', 'newer']);
    expect(store.readings().queues.find(({ name }) => name === 'events')).toMatchObject({ entries: 2, dropped: { aged: 1, full: 0 } });
    await store.close();
  });
});
