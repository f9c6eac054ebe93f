import { describe, expect, it } from '@jest/globals';
import type { NewVersion } from '@modelwatch/core';
import { testClock } from '../conformance.js';
import type { Store } from '../index.js';
import { bookConformance, storesOf } from './conformance.js';

const open = storesOf('registry');
const versionOf = (version: string): NewVersion => ({
  model: 'm',
  version,
  digest: 'a'.repeat(64),
  lineage: { run: 'r-1' },
  metrics: { auc: 0.7 },
});
const openFresh = () => open({ place: undefined, clock: testClock() });
const stages = async (store: Store) => {
  const versions = await store.book('registry').read('versions', { model: 'm' });
  return Object.fromEntries(versions.ok ? versions.value.map(({ version, stage }) => [version, stage]) : []);
};

describe('the book of the registry', () => {
  bookConformance({
    name: 'registry',
    open,
    add: (book, number) => book.write('register', versionOf(`v${number}`)),
    writes: [
      (book) => book.write('register', versionOf('1')),
      (book) => book.write('register', versionOf('2')),
      (book) => book.write('stage', { model: 'm', version: '2', stage: 'shadow' }),
      (book) => book.write('intend', { id: 'p-1', model: 'm', version: '1' }),
      (book) => book.write('commit', { id: 'p-1' }),
      (book) => book.write('finish', { id: 'p-1' }),
      (book) => book.write('intend', { id: 'p-2', model: 'm', version: '2' }),
      (book) => book.write('abort', { id: 'p-2', reason: 'cannot be loaded' }),
    ],
    reads: [
      (book) => book.read('versions', {}),
      (book) => book.read('versions', { model: 'm' }),
      (book) => book.read('promotions', undefined),
      (book) => book.read('openPromotions', undefined),
    ],
    dropReason: 'full',
  });

  it('exchanges the version in production as a whole, one promotion of a model at a time', async () => {
    const store = await openFresh();
    const book = store.book('registry');
    for (const version of ['1', '2', '3']) await book.write('register', versionOf(version));
    expect(await book.write('register', { ...versionOf('1'), digest: 'b'.repeat(64) })).toEqual({ ok: true, value: 'conflict' });
    await book.write('intend', { id: 'a', model: 'm', version: '1' });
    expect(await book.write('intend', { id: 'b', model: 'm', version: '2' })).toMatchObject({
      ok: true,
      value: { kind: 'busy', promotion: { id: 'a' } },
    });
    expect(await book.write('intend', { id: 'a', model: 'm', version: '2' })).toMatchObject({ value: { kind: 'conflict' } });
    expect(await book.write('intend', { id: 'c', model: 'm', version: '9' })).toMatchObject({ value: { kind: 'not_found' } });
    expect(await book.write('stage', { model: 'm', version: '1', stage: 'archived' })).toMatchObject({ value: 'busy' });
    expect(await stages(store)).toEqual({ '1': 'none', '2': 'none', '3': 'none' });
    await book.write('commit', { id: 'a' });
    await book.write('finish', { id: 'a' });
    await book.write('intend', { id: 'b', model: 'm', version: '2' });
    await book.write('commit', { id: 'b' });
    expect(await stages(store)).toEqual({ '1': 'archived', '2': 'production', '3': 'none' });
    expect(await book.write('abort', { id: 'b', reason: 'too late' })).toMatchObject({ value: { state: 'committed' } });
    expect(await book.write('stage', { model: 'm', version: '2', stage: 'archived' })).toMatchObject({ value: 'busy' });
    await book.write('finish', { id: 'b' });
    // The version before may be promoted again: a rollback.
    expect(await book.write('intend', { id: 'd', model: 'm', version: '1' })).toMatchObject({
      value: { kind: 'intended', promotion: { version: '1', previous: '2' } },
    });
    await store.close();
  });

  it('writes each promotion that ends into the log of events, once, in the same transaction', async () => {
    const store = await openFresh();
    const book = store.book('registry');
    for (const version of ['1', '2']) await book.write('register', versionOf(version));
    const promote = async (id: string, version: string, end: 'commit' | 'abort') => {
      await book.write('intend', { id, model: 'm', version });
      for (let again = 0; again < 2; again++) {
        if (end === 'commit') await book.write('commit', { id });
        else await book.write('abort', { id, reason: 'cannot be loaded' });
      }
      await book.write('finish', { id });
    };
    await promote('a', '1', 'commit');
    await promote('b', '2', 'abort');
    await promote('c', '2', 'commit');
    await promote('d', '1', 'commit');
    const events = await store.book('events').read('events', { fromSeconds: 0, toSeconds: 1e12, eventsMax: 1000 });
    expect(
      events.ok ? events.value.map(({ event: { id, kind, version, status, text } }) => [id, kind, version, status, text]) : events,
    ).toEqual([
      ['registry:a', 'promotion', '1', 'succeeded', undefined],
      ['registry:b', 'promotion', '2', 'failed', 'cannot be loaded'],
      ['registry:c', 'promotion', '2', 'succeeded', 'in place of 1'],
      ['registry:d', 'rollback', '1', 'succeeded', 'in place of 2'],
    ]);
    expect(store.readings().books.events?.tallies).toMatchObject([
      { model: 'm', kind: 'promotion', begun: 3, succeeded: 2, failed: 1 },
      { model: 'm', kind: 'rollback', begun: 1, succeeded: 1, failed: 0 },
    ]);
    await store.close();
  });

  it('undoes an ask that fails by itself, and the book and the store go on', async () => {
    const store = await openFresh();
    const book = store.book('registry');
    // What no route lets through: the statement takes no such value.
    const faulty = { ...versionOf('1'), model: { not: 'text' } as unknown as string };
    const [bad, good] = await Promise.all([book.write('register', faulty), book.write('register', versionOf('2'))]);
    expect(bad).toMatchObject({ ok: false, error: { code: 'internal_error' } });
    expect(good).toEqual({ ok: true, value: 'registered' });
    expect(store.readings().up).toBe(true);
    expect(await stages(store)).toEqual({ '2': 'none' });
    await store.close();
  });
});
