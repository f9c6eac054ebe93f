import { describe, expect, it } from '@jest/globals';
import type { Sample } from '../../samples/sample.js';
import { testClock } from '../conformance.js';
import { bookConformance, storesOf } from './conformance.js';
import type { SampleQuery } from './sample-book.js';

const open = storesOf('samples');
const T = 1_700_000_000;
const ALL: SampleQuery = { model: 'm', fromSeconds: 0, toSeconds: 1e12, samplesMax: 1000 };
const sampleOf = (number: number, more: Partial<Sample> = {}): Sample => ({
  ...{ id: `s-${number}`, timeSeconds: T + number, model: 'm', version: '1', failing: true, reason: 'missing_input', status: 400 },
  ...more,
});

describe('the book of samples', () => {
  bookConformance({
    name: 'samples',
    open,
    add: (book, number) => book.write('keep', { samples: [sampleOf(number)] }),
    writes: [
      (book) => book.write('keep', { samples: [sampleOf(1), sampleOf(2)] }),
      (book) => book.write('keep', { samples: [sampleOf(2), sampleOf(3, { failing: false, reason: 'ordinary' })] }),
    ],
    reads: [(book) => book.read('samples', ALL), (book) => book.read('samples', { ...ALL, failing: true })],
    dropReason: 'full',
  });

  it('tells the latest first, by time, model and reason, page by page', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    const book = store.book('samples');
    await book.write('keep', {
      samples: [
        sampleOf(1),
        sampleOf(2, { reason: 'deadline_exceeded' }),
        sampleOf(3, { failing: false, reason: 'ordinary' }),
        sampleOf(4, { model: 'n' }),
        sampleOf(5),
      ],
    });
    const idsOf = async (query: Partial<SampleQuery>) => {
      const read = await book.read('samples', { ...ALL, ...query });
      return read.ok ? read.value.map(({ sample }) => sample.id) : [];
    };
    expect(await idsOf({})).toEqual(['s-5', 's-3', 's-2', 's-1']);
    expect(await idsOf({ failing: true })).toEqual(['s-5', 's-2', 's-1']);
    expect(await idsOf({ failing: false })).toEqual(['s-3']);
    expect(await idsOf({ reason: 'deadline_exceeded' })).toEqual(['s-2']);
    expect(await idsOf({ fromSeconds: T + 2, toSeconds: T + 4 })).toEqual(['s-3', 's-2']);
    const pages: string[] = [];
    for (let before: SampleQuery['before']; ;) {
      const read = await book.read('samples', { ...ALL, samplesMax: 1, ...(before === undefined ? {} : { before }) });
      if (!read.ok || read.value.length === 0) break;
      pages.push(...read.value.map(({ sample }) => sample.id));
      before = read.value.at(-1)!.cursor;
    }
    expect(pages).toEqual(['s-5', 's-3', 's-2', 's-1']);
    await store.close();
  });

  it('keeps no more bytes than it may, and nothing beyond its time', async () => {
    const clock = testClock();
    const store = await open({ place: undefined, limits: { rowsMax: 100, bytesMax: 2000, ageSecondsMax: 100 }, clock });
    for (let number = 0; number < 20; number++) await store.book('samples').write('keep', { samples: [sampleOf(number)] });
    const table = () => store.readings().queues.find(({ name }) => name === 'samples')!;
    expect(table().table!.bytes).toBeLessThanOrEqual(2000);
    expect(table().entries + table().dropped['bytes']!).toBe(20);
    const kept = table().entries;
    expect(kept).toBeGreaterThan(3);
    clock.pass(500);
    for (const id of ['a', 'b']) await store.book('events').write('record', { id, kind: 'deploy' });
    expect(table()).toMatchObject({ entries: 0, dropped: { aged: kept }, table: { bytes: 0, oldestSeconds: undefined } });
    await store.close();
  });
});
