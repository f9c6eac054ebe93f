import { describe, expect, it } from '@jest/globals';
import { testClock } from '../conformance.js';
import type { Store } from '../index.js';
import { bookConformance, storesOf } from './conformance.js';
import type { SnapshotRow, TakenWindow } from './snapshot-book.js';

const open = storesOf('snapshots');
const HOUR = 3600;
const DAY = 86_400;
/** The day of the tests' clock. */
const T = 1_699_920_000;
const ALL = { model: 'm', subject: 'feature', fromSeconds: 0, toSeconds: 1e12 } as const;

const row = (name: string, count: number, more: Partial<SnapshotRow> = {}): SnapshotRow => ({
  ...{ model: 'm', version: '1', role: 'champion', subject: 'feature', name, bins: 'b' },
  document: JSON.stringify({ binning: { kind: 'numeric', edges: [1] }, counts: [count, 0], missing: 0, outOfRange: 0 }),
  ...more,
});
const windowOf = (startSeconds: number, ...rows: readonly SnapshotRow[]): TakenWindow => ({
  ...{ startSeconds, endSeconds: startSeconds + HOUR, rows },
  marks: [{ key: 'k', document: `{"upTo":${startSeconds}}` }],
});
const countsOf = async (store: Store, query: object = {}) => {
  const read = await store.book('snapshots').read('merged', { ...ALL, ...query });
  if (!read.ok) throw new Error(read.error.message);
  return read.value.map(({ name, version, rows, startSeconds, endSeconds, document }) => {
    const { counts } = JSON.parse(document) as { counts: number[] };
    return [name, version, rows, startSeconds, endSeconds, counts[0]];
  });
};

describe('the book of snapshots', () => {
  bookConformance({
    name: 'snapshots',
    open,
    add: (book, number) => book.write('take', windowOf(T + number * HOUR, row(`f-${number}`, 1))),
    writes: [
      (book) => book.write('take', windowOf(T, row('a', 1), row('b', 2))),
      (book) => book.write('take', windowOf(T + HOUR, row('a', 3))),
      (book) => book.write('take', { ...windowOf(T + HOUR, row('a', 5)), endSeconds: T + 3 * HOUR }),
    ],
    reads: [
      (book) => book.read('merged', ALL),
      (book) => book.read('merged', { ...ALL, name: 'a' }),
      (book) => book.read('extent', ALL),
      (book) => book.read('marks', { after: '' }),
    ],
    dropReason: 'full',
  });

  it('forgets marks in the transaction of the window, and knows no others', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    const book = store.book('snapshots');
    const marks = ['a', 'b', 'c'].map((key) => ({ key, document: '{}' }));
    await book.write('take', { ...windowOf(T), marks });
    await book.write('take', { ...windowOf(T + HOUR), marks: [], forgotten: ['b', 'never there'] });
    const read = await book.read('marks', { after: '' });
    expect(read.ok && read.value.map(({ key }) => key)).toEqual(['a', 'c']);
    await store.close();
  });

  it('puts together the windows that overlap, by name, version and bins', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    const book = store.book('snapshots');
    await book.write('take', windowOf(T, row('a', 1), row('b', 2), row('a', 7, { version: '2' })));
    await book.write('take', windowOf(T + HOUR, row('a', 10)));
    await book.write('take', windowOf(T + 2 * HOUR, row('a', 100, { bins: 'others' })));
    expect(await countsOf(store)).toEqual([
      ['a', '1', 2, T, T + 2 * HOUR, 11],
      ['a', '1', 1, T + 2 * HOUR, T + 3 * HOUR, 100],
      ['a', '2', 1, T, T + HOUR, 7],
      ['b', '1', 1, T, T + HOUR, 2],
    ]);
    expect(await countsOf(store, { name: 'a', fromSeconds: T + HOUR, toSeconds: T + 2 * HOUR })).toEqual([
      ['a', '1', 1, T + HOUR, T + 2 * HOUR, 10],
    ]);
    expect(await countsOf(store, { model: 'n' })).toEqual([]);
    await store.close();
  });

  it('finds the values of one slice, whatever its name and theirs hold', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    const valueOf = (slice: string, value: string) => row(JSON.stringify([slice, value]), 1, { subject: 'slice' });
    const rows = [valueOf('é"%', 'x'), valueOf('é"%', '_'), valueOf('é"', 'x'), valueOf('é"%%', 'x')];
    await store.book('snapshots').write('take', windowOf(T, ...rows));
    const found = await countsOf(store, { subject: 'slice', slice: 'é"%' });
    expect(found.map(([name]) => JSON.parse(String(name)) as unknown)).toEqual([
      ['é"%', '_'],
      ['é"%', 'x'],
    ]);
    expect(await store.book('snapshots').read('extent', { ...ALL, subject: 'slice', slice: 'é"%' })).toEqual({
      ok: true,
      value: [{ rows: 2 }],
    });
    await store.close();
  });

  it('puts windows together by the day once they are old, and lets days go in their time, losing no count before', async () => {
    const clock = testClock();
    const limits = { rowsMax: 1000, bytesMax: 1e6, wholeAgeSecondsMax: 2 * DAY, ageSecondsMax: 10 * DAY };
    const store = await open({ place: undefined, limits, clock });
    const start = Math.floor(clock.nowSeconds() / DAY) * DAY;
    for (let hour = 0; hour < 48; hour++) await store.book('snapshots').write('take', windowOf(start + hour * HOUR, row('a', 1)));
    clock.pass(start + 3.5 * DAY - clock.nowSeconds());
    // Any transaction moves on what is due, some rows at a time.
    for (let again = 0; again < 3; again++) await store.book('events').write('record', { id: `e${again}`, kind: 'deploy' });
    const table = () => store.readings().queues.find(({ name }) => name === 'snapshots')!;
    expect(table()).toMatchObject({ entries: 2 + 13, dropped: { aged: 0, full: 0, bytes: 0 } });
    expect((await countsOf(store)).reduce((sum, [, , , , , count]) => sum + Number(count), 0)).toBe(48);
    expect(await countsOf(store, { toSeconds: start + DAY })).toEqual([['a', '1', 1, start, start + DAY, 24]]);
    clock.pass(9 * DAY);
    for (let again = 3; again < 6; again++) await store.book('events').write('record', { id: `e${again}`, kind: 'deploy' });
    expect(table()).toMatchObject({ entries: 0, table: { bytes: 0, bytesMax: 1e6, oldestSeconds: undefined } });
    await store.close();
  });

  it('takes no more bytes than it may: the oldest go, and are counted', async () => {
    const clock = testClock();
    const store = await open({ place: undefined, limits: { rowsMax: 1000, bytesMax: 2000 }, clock });
    for (let hour = 0; hour < 20; hour++)
      await store.book('snapshots').write('take', windowOf(clock.nowSeconds() + hour * HOUR, row('a', 1)));
    const { entries, dropped, table } = store.readings().queues.find(({ name }) => name === 'snapshots')!;
    expect(table!.bytes).toBeLessThanOrEqual(2000);
    expect(table!.bytes).toBeGreaterThan(1500);
    expect(entries + dropped['bytes']!).toBe(20);
    expect(table!.oldestSeconds).toBe(clock.nowSeconds() + (20 - entries) * HOUR);
    await store.close();
  });
});
