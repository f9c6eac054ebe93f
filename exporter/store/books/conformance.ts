import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testClock, type TestClock } from '../conformance.js';
import type { Result } from '../../errors.js';
import type { BookClient, Store } from '../store.js';
import { openSqliteStore } from '../index.js';
import { ROWS_READ_MAX, type BookLimits } from './book.js';
import type { BookName } from './index.js';

export interface BookUnderTest<Name extends BookName> {
  readonly name: Name;
  /** A place names what an earlier store has kept; without one nothing is kept. */
  open(options: { readonly place: string | undefined; readonly limits?: BookLimits; readonly clock: TestClock }): Promise<Store>;
  /** Makes one row, another for each number; gives the outcome. */
  add(book: BookClient<Name>, number: number): Promise<Result<unknown>>;
  /** Writes that each change something, in order. */
  readonly writes: readonly ((book: BookClient<Name>) => Promise<Result<unknown>>)[];
  /** Everything the book tells. */
  readonly reads: readonly ((book: BookClient<Name>) => Promise<Result<readonly unknown[]>>)[];
  /** The reason that is counted where a row finds no room, or drives out another. */
  readonly dropReason: string;
}

/** Opens stores in a directory of the tests' own, which goes when they end. Call it once in a test file. */
export function storesOf<Name extends BookName>(name: Name): BookUnderTest<Name>['open'] {
  let directory: string;
  beforeAll(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'modelwatch-books-'));
  });
  afterAll(() => {
    fs.rmSync(directory, { recursive: true });
  });
  return ({ place, limits, clock }) =>
    openSqliteStore({
      path: place === undefined ? ':memory:' : path.join(directory, place),
      models: [],
      queueEntriesMax: 10,
      predictionsMax: 10,
      ...(limits === undefined ? {} : { bookLimits: { [name]: limits } }),
      clock,
    });
}

const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** What every book has to do, whatever its store. Call it from the test file of each. */
export function bookConformance<Name extends BookName>({ name, open, add, writes, reads, dropReason }: BookUnderTest<Name>): void {
  const tell = async (store: Store) => {
    const told: (readonly unknown[])[] = [];
    for (const read of reads) told.push(valueOf(await read(store.book(name))));
    return told;
  };
  const table = (store: Store) => store.readings().queues.find((queue) => queue.name === name)!;

  it('changes something by each write once: sent again, alone or at once, it changes nothing', async () => {
    const clock = testClock();
    const store = await open({ place: undefined, clock });
    for (const write of writes) {
      const before = await tell(store);
      const outcomes = await Promise.all([1, 2].map(() => write(store.book(name))));
      expect(outcomes.every(({ ok }) => ok)).toBe(true);
      const after = await tell(store);
      expect(after).not.toEqual(before);
      clock.pass(1);
      valueOf(await write(store.book(name)));
      expect(await tell(store)).toEqual(after);
    }
    await store.close();
  });

  it('keeps what it acknowledged, and reads what was sent before, without waiting for it', async () => {
    const clock = testClock();
    const place = `${name}-kept`;
    let store = await open({ place, clock });
    for (const write of writes) {
      const written = write(store.book(name));
      expect((await tell(store)).flat().length).toBeGreaterThan(0);
      valueOf(await written);
    }
    const before = await tell(store);
    const { entries } = table(store);
    await store.close();
    store = await open({ place, clock });
    expect(await tell(store)).toEqual(before);
    expect(table(store).entries).toBe(entries);
    for (const write of writes.slice(-1)) valueOf(await write(store.book(name)));
    expect(await tell(store)).toEqual(before);
    await store.close();
  });

  it('keeps no more rows than it may, and counts what finds no room', async () => {
    const store = await open({ place: undefined, limits: { rowsMax: 3 }, clock: testClock() });
    for (let number = 0; number < 5; number++) valueOf(await add(store.book(name), number));
    expect(table(store)).toMatchObject({ entries: 3, capacity: 3, dropped: { [dropReason]: 2 } });
    await store.close();
  });

  it('tells no more rows at once than travel between threads', async () => {
    const store = await open({ place: undefined, limits: { rowsMax: ROWS_READ_MAX + 20 }, clock: testClock() });
    // No more under way than the store takes at once.
    for (let from = 0; from < ROWS_READ_MAX + 10; from += 500) {
      const numbers = Array.from({ length: Math.min(500, ROWS_READ_MAX + 10 - from) }, (_, i) => from + i);
      (await Promise.all(numbers.map((number) => add(store.book(name), number)))).forEach(valueOf);
    }
    expect(table(store).entries).toBe(ROWS_READ_MAX + 10);
    for (const rows of await tell(store)) expect(rows.length).toBeLessThanOrEqual(ROWS_READ_MAX);
    await store.close();
  });

  it('answers with a value once the store is closed', async () => {
    const store = await open({ place: undefined, clock: testClock() });
    await store.close();
    for (const ask of [...writes, ...reads]) {
      expect(await ask(store.book(name))).toMatchObject({ ok: false, error: { code: 'store_unavailable' } });
    }
  });
}
