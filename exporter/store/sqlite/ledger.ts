import { openBooks, type AllBookGauges, type AllBookLimits } from './bookkeeper.js';
import { emptyDrops } from './ledger-drops.js';
import type { LedgerDrops, LedgerGauges, LedgerReport, Outcome, WriteMessage } from './messages.js';
import { closeDatabase, openDatabase } from './open-database.js';
import { createPairs } from './pairs.js';
import { createPayloads } from './payloads.js';
import { dropRetired } from './retired-series.js';
import { loadTallies } from './tallies.js';
import type { StoreModel } from '../store.js';

export interface LedgerOptions {
  readonly path: string;
  readonly models: readonly StoreModel[];
  /** Predictions and ground truth that may wait for each other. */
  readonly predictionsMax: number;
  /** Pairs that are remembered to recognise what is sent again. */
  readonly settledMax: number;
  /** Versions of a model that are neither served nor compared any more, whose counts are kept; 20 unless said otherwise. */
  readonly retiredMax?: number | undefined;
  /** What was dropped since the process started; goes on when the ledger is opened anew after a failure. */
  readonly drops?: LedgerDrops;
  readonly bookLimits?: AllBookLimits | undefined;
  /** Likewise, of the books. */
  readonly books?: AllBookGauges;
}

/**
 * The store, synchronously: messages in, one transaction, outcomes out. After a failure there is one way on: give the ledger up with its
 * thread, and read the file again. A COMMIT that failed may turn out to have succeeded then; that harms nothing, since what was not
 * acknowledged is sent again, and is recognised by its id.
 */
export interface Ledger {
  /**
   * Applies the messages in one transaction and returns the outcomes of those that have one, in order. The first report, and the one after other
   * models came in force, tells everything, the others what changed. Rows that are due are moved on besides,
   * some at a time; `settled` is false while more are left. Throws when the disk fails: nothing is acknowledged and the ledger is broken.
   */
  commit(messages: readonly WriteMessage[]): {
    readonly outcomes: readonly (Outcome | undefined)[];
    readonly report: LedgerReport;
    readonly settled: boolean;
  };
  hasDue(nowSeconds: number): boolean;
  /** Everything, as after opening. */
  report(): LedgerReport;
  sizeBytes(): number;
  close(): void;
}

export function openLedger(options: LedgerOptions): Ledger {
  const { path, predictionsMax, settledMax, retiredMax = 20, drops = emptyDrops() } = options;
  const db = openDatabase(path);
  const inTransaction = <T>(work: () => T): T => {
    db.exec('BEGIN IMMEDIATE');
    const result = work();
    db.exec('COMMIT');
    return result;
  };
  try {
    let retired = { kept: 0, capacity: 0 };
    const load = (models: readonly StoreModel[]) => {
      const { kept, dropped } = dropRetired(db, models, retiredMax);
      retired = { kept, capacity: retiredMax * models.length };
      drops.retiredSuperseded += dropped;
      const tallies = loadTallies(db, models);
      const pairs = createPairs(db, tallies, { waitingMax: predictionsMax, settledMax }, drops);
      return { tallies, pairs, payloads: createPayloads(db, tallies, drops) };
    };
    let { tallies, pairs, payloads } = inTransaction(() => load(options.models));
    let told = false;
    const books = openBooks(db, options.bookLimits, options.books);
    const pageSize = (db.prepare('PRAGMA page_size').get() as { readonly page_size: number }).page_size;
    const pageCount = db.prepare('PRAGMA page_count');

    const apply = (message: WriteMessage): Outcome | undefined => {
      switch (message.kind) {
        case 'record':
          pairs.record(message);
          return undefined;
        case 'predictions': {
          const { batch, nowSeconds } = message;
          return payloads.settle(batch, nowSeconds) ? pairs.ingest(batch, nowSeconds) : batch.ids.map(() => 'duplicate' as const);
        }
        case 'truths':
          return pairs.join(message.truths, message.nowSeconds);
        case 'payload':
          return payloads.take(message, message.nowSeconds);
        case 'ask':
          return books.answer(message);
        case 'use':
          // All that is counted is on disk then, and is read again as the other models see it.
          tallies.save();
          ({ tallies, pairs, payloads } = load(message.models));
          told = false;
          return undefined;
        case 'tick':
          return undefined;
      }
    };
    const gauges = (): LedgerGauges => ({
      waiting: pairs.waiting,
      settled: pairs.settled,
      payloads: payloads.waiting,
      retired: retired.kept,
      retiredCapacity: retired.capacity,
      dropped: { ...drops },
      books: books.gauges(),
    });

    return {
      commit(messages) {
        return inTransaction(() => {
          // First: what is due must not take the room of what comes.
          const nowSeconds = messages[0]?.nowSeconds ?? 0;
          const settled = [pairs.sweep(nowSeconds), payloads.sweep(nowSeconds), books.sweep(nowSeconds)].every(Boolean);
          const outcomes = messages.map(apply);
          pairs.trim();
          const changed = tallies.save();
          const report = { whole: !told, ...(told ? changed : tallies.all()), gauges: gauges() };
          told = true;
          return { outcomes, settled, report };
        });
      },
      hasDue: (nowSeconds) => pairs.hasDue(nowSeconds) || payloads.hasDue(nowSeconds) || books.hasDue(nowSeconds),
      report: () => ({ whole: true, ...tallies.all(), gauges: gauges() }),
      sizeBytes: () => (pageCount.get() as { readonly page_count: number }).page_count * pageSize,
      close() {
        closeDatabase(db);
      },
    };
  } catch (fault) {
    if (db.isOpen) db.close();
    throw fault;
  }
}
