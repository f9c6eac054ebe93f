import type { GroundTruth } from '@modelwatch/core';
import type { Clock } from '../../clock.js';
import { fail, type Result } from '../../errors.js';
import type { PayloadOutcome, PredictionOutcome, Store, StoreModel, StoreReadings, TruthOutcome } from '../store.js';
import { createAsks } from './asks.js';
import type { AllBookLimits } from './bookkeeper.js';
import type { CommitNotice, IngestOutcome, WriteMessage } from './messages.js';
import { createMirror } from './mirror.js';
import { createRecorder } from './recorder.js';
import { startThread } from './store-thread.js';
import { tableQueues, tellings } from './table-queues.js';
import { createTickets, unavailable } from './tickets.js';

export interface SqliteStoreOptions {
  /** File of the store; its directory must exist. `:memory:` keeps nothing. */
  readonly path: string;
  readonly models: readonly StoreModel[];
  readonly queueEntriesMax: number;
  readonly predictionsMax: number;
  /** Versions of a model that are neither served nor compared any more, whose counts are kept; 20 unless said otherwise. */
  readonly retiredMax?: number;
  /** Reads and writes of books under way; 1,000 unless said otherwise. */
  readonly asksMax?: number;
  /** What each book may keep, where it is not what the book itself says. */
  readonly bookLimits?: AllBookLimits;
  readonly clock: Clock;
  /** Told of each failure in SQLite's words, which hold no values; for the log. */
  readonly onFault?: (message: string) => void;
  /** How often what is due is looked for. */
  readonly tickSeconds?: number;
}

/** A disk that has not answered by then counts as failed: callers are told to send again, and what was written all the same is recognised. */
const ACKNOWLEDGE_SECONDS_MAX = 10;

/**
 * Opens the embedded store. Its thread owns the file, so that waiting for the disk never holds the event loop. Rejects with a StoreOpenError
 * where starting again would not help; a full or failing disk gives a store that is down and heals.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const {
    path,
    predictionsMax,
    retiredMax,
    queueEntriesMax,
    asksMax = 1000,
    bookLimits,
    clock,
    onFault = () => undefined,
    tickSeconds = 1,
  } = options;
  let { models } = options;
  const known = new Set(models.map(({ name }) => name));
  const mirror = createMirror(models);
  let lastTicket = 0;
  const nextTicket = () => ++lastTicket;
  const monotonicSeconds = () => clock.monotonicSeconds();
  const tickets = createTickets(queueEntriesMax, monotonicSeconds, nextTicket);
  const askTickets = createTickets(asksMax, monotonicSeconds, nextTicket);
  let up = false;
  let closing: Promise<void> | undefined;

  const onCommit = (notice: CommitNotice) => {
    up = true;
    recorder.committed(notice.recordRows);
    mirror.apply(notice);
    tickets.acknowledge(notice.acks);
    askTickets.acknowledge(notice.acks);
  };
  const onLost = (message: string) => {
    up = false;
    recorder.lost();
    onFault(message);
    tickets.lost();
    askTickets.lost();
  };
  const send = (messages: readonly WriteMessage[]) => thread.send({ kind: 'write', messages });
  const recorder = createRecorder({ known, rowsMax: queueEntriesMax, nowSeconds: () => clock.nowSeconds(), send });

  const thread = await startThread(
    () => ({
      path,
      models,
      predictionsMax,
      settledMax: predictionsMax,
      retiredMax,
      drops: mirror.gauges.dropped,
      bookLimits,
      books: mirror.gauges.books,
      commitSeconds: mirror.commitSeconds,
    }),
    { onCommit, onLost },
  );

  const ingest = <Outcome extends IngestOutcome>(
    named: readonly { readonly model: string }[],
    items: number,
    messageOf: (base: { readonly ticket: number; readonly nowSeconds: number }) => WriteMessage,
  ): Promise<Result<Outcome>> => {
    if (!named.every(({ model }) => known.has(model)))
      return Promise.resolve(fail('model_not_found', 'no model of this name is configured'));
    if (closing !== undefined) return Promise.resolve(unavailable());
    if (!tickets.hasRoom(items)) {
      tickets.dropped.full += items;
      return Promise.resolve(unavailable());
    }
    return tickets.issue(items, (ticket) => {
      // Before it, so that ground truth finds the predictions that were made first.
      recorder.flush();
      return send([messageOf({ ticket, nowSeconds: clock.nowSeconds() })]);
    });
  };

  const book = createAsks({
    tickets: askTickets,
    nowSeconds: () => clock.nowSeconds(),
    isClosing: () => closing !== undefined,
    send: (message) => send([message]),
  });

  const ticker = setInterval(() => {
    const issuedUntilSeconds = clock.monotonicSeconds() - ACKNOWLEDGE_SECONDS_MAX;
    tickets.giveUp(issuedUntilSeconds);
    askTickets.giveUp(issuedUntilSeconds);
    // What is under way tells the time as well, and must not pile up before a disk that hangs.
    if (tickets.items === 0 && askTickets.items === 0 && recorder.rows === 0) send([{ kind: 'tick', nowSeconds: clock.nowSeconds() }]);
  }, tickSeconds * 1000);
  ticker.unref();

  return {
    name: 'sqlite',
    recordPredictions: (batch) => {
      recorder.record(batch);
    },
    ingestPredictions: (batch) =>
      ingest<readonly PredictionOutcome[]>([batch], batch.rows, (base) => ({ ...base, kind: 'predictions', batch })),
    ingestGroundTruth: (truths: readonly GroundTruth[]) =>
      ingest<readonly TruthOutcome[]>(truths, truths.length, (base) => ({ ...base, kind: 'truths', truths })),
    // A view into Node's shared pool of buffers would take the whole pool along to the other thread.
    ingestPayload: (half, keyName) =>
      ingest<PayloadOutcome>([half], 1, (base) => ({
        ...base,
        kind: 'payload',
        keyName,
        half: { ...half, body: new Uint8Array(half.body) },
      })),
    book,
    use(next) {
      // What was recorded before belongs to the models before.
      recorder.flush();
      models = next;
      known.clear();
      for (const { name } of next) known.add(name);
      mirror.use(next);
      // A thread that is down reads them when it starts again.
      send([{ kind: 'use', nowSeconds: clock.nowSeconds(), models }]);
    },
    readings: (): StoreReadings => ({
      up,
      sizeBytes: mirror.sizeBytes,
      commitSeconds: mirror.commitSeconds,
      queues: [
        {
          name: 'store',
          entries: recorder.rows,
          capacity: queueEntriesMax,
          dropped: { ...recorder.dropped, duplicate: mirror.gauges.dropped.predictionsDuplicate },
        },
        { name: 'ingest', entries: tickets.items, capacity: queueEntriesMax, dropped: { ...tickets.dropped } },
        { name: 'asks', entries: askTickets.items, capacity: asksMax, dropped: { ...askTickets.dropped } },
        ...tableQueues(mirror.gauges, predictionsMax),
      ],
      models: mirror.models,
      series: mirror.series,
      books: tellings(mirror.gauges),
    }),
    close() {
      if (closing !== undefined) return closing;
      clearInterval(ticker);
      recorder.close();
      closing = thread.close().then(() => {
        recorder.lost();
        tickets.lost();
        askTickets.lost();
      });
      return closing;
    },
  };
}
