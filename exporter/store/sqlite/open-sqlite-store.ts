import type { GroundTruth } from '@modelwatch/core';
import type { Clock } from '../../clock.js';
import { fail, succeed, type Result } from '../../errors.js';
import type { PayloadOutcome, PredictionOutcome, Store, StoreModel, StoreReadings, TruthOutcome } from '../store.js';
import type { CommitNotice, IngestOutcome, WriteMessage } from './messages.js';
import { createMirror } from './mirror.js';
import { PAYLOADS_CAPACITY } from './payloads-capacity.js';
import { createRecordBuffer } from './record-buffer.js';
import { startThread, type StoreThread } from './store-thread.js';

export interface SqliteStoreOptions {
  /** File of the store; its directory must exist. `:memory:` keeps nothing. */
  readonly path: string;
  readonly models: readonly StoreModel[];
  readonly queueEntriesMax: number;
  readonly predictionsMax: number;
  readonly clock: Clock;
  /** Told of each failure in SQLite's words, which hold no values; for the log. */
  readonly onFault?: (message: string) => void;
  /** How often what is due is looked for. */
  readonly tickSeconds?: number;
}

/** How long predictions of the inference path are collected before they cross to the store's thread. */
const FLUSH_MILLISECONDS = 5;
/** Rows that are worth crossing for at once. */
const FLUSH_ROWS = 1024;

/**
 * Opens the embedded store. Its thread owns the file, so that waiting for the disk never holds the event loop. Rejects with a StoreOpenError
 * where starting again would not help; a full or failing disk gives a store that is down and heals.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, models, predictionsMax, queueEntriesMax, clock, onFault = () => undefined, tickSeconds = 1 } = options;
  const known = new Set(models.map(({ name }) => name));
  const mirror = createMirror(models);
  const records = createRecordBuffer();
  const waiting = new Map<number, { readonly items: number; readonly resolve: (result: Result<IngestOutcome>) => void }>();
  const storeDropped = { full: 0, store_unavailable: 0, unknown_model: 0 };
  const ingestDropped = { full: 0, store_unavailable: 0 };
  let recordRowsSent = 0;
  let ingestItems = 0;
  let lastTicket = 0;
  let up = false;
  let closing: Promise<void> | undefined;
  let flushTimer: NodeJS.Timeout | undefined;

  const settle = (ticket: number, result: Result<IngestOutcome>) => {
    const entry = waiting.get(ticket);
    if (entry === undefined) return;
    waiting.delete(ticket);
    ingestItems -= entry.items;
    if (!result.ok) ingestDropped.store_unavailable += entry.items;
    entry.resolve(result);
  };
  const onCommit = (notice: CommitNotice) => {
    up = true;
    recordRowsSent -= notice.recordRows;
    mirror.apply(notice);
    for (const { ticket, outcome } of notice.acks) settle(ticket, succeed(outcome));
  };
  const onLost = (message: string) => {
    up = false;
    storeDropped.store_unavailable += recordRowsSent;
    recordRowsSent = 0;
    onFault(message);
    for (const ticket of [...waiting.keys()]) settle(ticket, unavailable());
  };

  const thread: StoreThread = await startThread(
    () => ({ path, models, predictionsMax, settledMax: predictionsMax, drops: mirror.gauges.dropped, commitSeconds: mirror.commitSeconds }),
    { onCommit, onLost },
  );

  const send = (messages: readonly WriteMessage[]) => thread.send({ kind: 'write', messages });
  const flush = () => {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    if (records.rows === 0) return;
    const { rows } = records;
    if (send(records.take(clock.nowSeconds()))) recordRowsSent += rows;
    else storeDropped.store_unavailable += rows;
  };
  const ingest = <Outcome extends IngestOutcome>(
    named: readonly { readonly model: string }[],
    items: number,
    messageOf: (base: { readonly ticket: number; readonly nowSeconds: number }) => WriteMessage,
  ): Promise<Result<Outcome>> => {
    if (!named.every(({ model }) => known.has(model)))
      return Promise.resolve(fail('model_not_found', 'no model of this name is configured'));
    if (closing !== undefined) return Promise.resolve(unavailable());
    // An empty queue takes a batch of any size, or one larger than the queue could never be sent.
    if (ingestItems > 0 && ingestItems + items > queueEntriesMax) {
      ingestDropped.full += items;
      return Promise.resolve(unavailable());
    }
    ingestItems += items;
    const ticket = ++lastTicket;
    return new Promise((resolve) => {
      waiting.set(ticket, { items, resolve: resolve as (result: Result<IngestOutcome>) => void });
      // Before it, so that ground truth finds the predictions that were made first.
      flush();
      if (!send([messageOf({ ticket, nowSeconds: clock.nowSeconds() })])) settle(ticket, unavailable());
    });
  };

  const tick = () => {
    send([{ kind: 'tick', nowSeconds: clock.nowSeconds() }]);
  };
  const ticker = setInterval(tick, tickSeconds * 1000);
  ticker.unref();

  return {
    name: 'sqlite',
    recordPredictions(batch) {
      if (!known.has(batch.model)) storeDropped.unknown_model += batch.rows;
      else if (closing !== undefined) storeDropped.store_unavailable += batch.rows;
      else if (recordRowsSent + records.rows + batch.rows > queueEntriesMax) storeDropped.full += batch.rows;
      else {
        records.add(batch);
        if (records.rows >= FLUSH_ROWS) flush();
        else flushTimer ??= setTimeout(flush, FLUSH_MILLISECONDS);
      }
    },
    ingestPredictions: (batch) =>
      ingest<readonly PredictionOutcome[]>([batch], batch.rows, (base) => ({ ...base, kind: 'predictions', batch })),
    ingestGroundTruth: (truths: readonly GroundTruth[]) =>
      ingest<readonly TruthOutcome[]>(truths, truths.length, (base) => ({ ...base, kind: 'truths', truths })),
    // A view into Node's shared pool of buffers would take the whole pool along to the other thread.
    ingestPayload: (half) =>
      ingest<PayloadOutcome>([half], 1, (base) => ({ ...base, kind: 'payload', half: { ...half, body: new Uint8Array(half.body) } })),
    readings: (): StoreReadings => {
      const { gauges } = mirror;
      const { dropped } = gauges;
      return {
        up,
        sizeBytes: mirror.sizeBytes,
        commitSeconds: mirror.commitSeconds,
        queues: [
          {
            name: 'store',
            entries: recordRowsSent + records.rows,
            capacity: queueEntriesMax,
            dropped: { ...storeDropped, duplicate: dropped.predictionsDuplicate },
          },
          { name: 'ingest', entries: ingestItems, capacity: queueEntriesMax, dropped: { ...ingestDropped } },
          {
            name: 'predictions',
            entries: gauges.waiting,
            capacity: predictionsMax,
            dropped: { full: dropped.predictionsFull + dropped.truthsFull + dropped.unpaired },
          },
          { name: 'settled', entries: gauges.settled, capacity: predictionsMax, dropped: { full: dropped.settledFull } },
          {
            name: 'payloads',
            entries: gauges.payloads,
            capacity: PAYLOADS_CAPACITY,
            dropped: { full: dropped.payloadsFull, expired: dropped.payloadsExpired },
          },
        ],
        models: mirror.models,
        series: mirror.series,
      };
    },
    close() {
      if (closing !== undefined) return closing;
      clearInterval(ticker);
      flush();
      closing = thread.close();
      return closing;
    },
  };
}

function unavailable() {
  return fail('store_unavailable', 'the store cannot be written now; send it again later');
}
