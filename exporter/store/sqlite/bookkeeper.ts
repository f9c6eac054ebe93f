import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { fail, succeed, type Result } from '../../errors.js';
import {
  BOOK_NAMES,
  BOOKS,
  ROWS_READ_MAX,
  type Book,
  type BookGauges,
  type BookLimits,
  type BookOptions,
  type BookName,
  type OpenBook,
} from '../books/index.js';
import type { AskMessage } from './messages.js';
import { resultCode, SQLITE } from './result-code.js';

export type AllBookLimits = Readonly<Partial<Record<BookName, BookLimits>>>;
export type AllBookGauges = Readonly<Record<BookName, BookGauges>>;

/** The books of one database: takes the asks of a transaction one by one. */
export interface Bookkeeper {
  /** Within the caller's transaction. Throws when the disk fails, and then alone. */
  answer(ask: AskMessage): Result<unknown>;
  sweep(nowSeconds: number): boolean;
  hasDue(nowSeconds: number): boolean;
  gauges(): AllBookGauges;
}

interface Entry {
  readonly book: Book;
  readonly limits: BookLimits;
  readonly drops: Record<string, number>;
  readonly log: BookOptions['log'];
  readonly remedy: BookOptions['remedy'];
  open: OpenBook;
  /** What was told last. */
  told?: unknown;
}

/** Opens every book. `before` is what the thread before this one has dropped. */
export function openBooks(db: DatabaseSyncInstance, limits: AllBookLimits = {}, before?: AllBookGauges): Bookkeeper {
  const entries = new Map<string, Entry>();
  const log: BookOptions['log'] = (event, nowSeconds) => {
    (entries.get('events')!.open as ReturnType<typeof BOOKS.events.open>).writes.record(event, nowSeconds);
  };
  const remedy: BookOptions['remedy'] = (remedied) => {
    (entries.get('alerts')!.open as ReturnType<typeof BOOKS.alerts.open>).remedy(remedied);
  };
  for (const name of BOOK_NAMES) {
    const book: Book = BOOKS[name];
    const options = { limits: limits[name] ?? book.limits, drops: { ...before?.[name].dropped }, log, remedy };
    entries.set(name, { book, ...options, open: book.open(db, options) });
  }
  const all = [...entries.values()];

  const run = ({ open }: Entry, { access, operation, argument, nowSeconds }: AskMessage): unknown => {
    const outcome = open[access][operation]!(argument as never, nowSeconds);
    if (access === 'reads' && (outcome as readonly unknown[]).length > ROWS_READ_MAX) {
      throw new RangeError(`a read gives at most ${ROWS_READ_MAX} rows, got ${(outcome as readonly unknown[]).length} of ${operation}`);
    }
    return outcome;
  };

  return {
    answer(ask) {
      const entry = entries.get(ask.book)!;
      db.exec('SAVEPOINT ask');
      try {
        const outcome = run(entry, ask);
        db.exec('RELEASE ask');
        return succeed(outcome);
      } catch (fault) {
        if (!isOfTheAsk(fault)) throw fault;
        // The rest of the transaction goes on. What the books have counted in memory may be wrong now, so they are opened anew.
        db.exec('ROLLBACK TO ask; RELEASE ask');
        for (const each of all) each.open = each.book.open(db, each);
        return fail('internal_error', 'the store could not do this by a fault of our own');
      }
    },
    sweep: (nowSeconds) => all.map(({ open }) => open.sweep?.(nowSeconds) ?? true).every(Boolean),
    hasDue: (nowSeconds) => all.some(({ open }) => open.hasDue?.(nowSeconds) ?? false),
    gauges: () => Object.fromEntries([...entries].map(([name, entry]) => [name, gaugesOf(entry)])) as AllBookGauges,
  };
}

function gaugesOf(entry: Entry): BookGauges {
  const { told, rows, bytes, oldestSeconds } = entry.open;
  const { rowsMax, bytesMax } = entry.limits;
  const table = bytes === undefined || bytesMax === undefined ? {} : { table: { bytes, bytesMax, oldestSeconds } };
  const gauges = { rows, rowsMax, dropped: { ...entry.drops }, ...table };
  if (told === entry.told) return gauges;
  entry.told = told;
  return { ...gauges, told };
}

/** The books before the store's thread has told of them. */
export function emptyBooks(): AllBookGauges {
  return Object.fromEntries(
    BOOK_NAMES.map((name) => [name, { rows: 0, rowsMax: BOOKS[name].limits.rowsMax, dropped: {} }]),
  ) as unknown as AllBookGauges;
}

/** A fault of what was asked or of the book's code, not of the disk. */
function isOfTheAsk(fault: unknown): boolean {
  const code = resultCode(fault);
  return code === undefined || code === SQLITE.constraint || code === SQLITE.mismatch || code === SQLITE.tooBig || code === SQLITE.range;
}
