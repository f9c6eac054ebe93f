import fs from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { metric } from '@modelwatch/core';
import { collectAtRest } from '../../collect-at-rest.js';
import { observe, type HistogramCounts } from '../histogram-counts.js';
import { isStoreOpenError } from '../open-error.js';
import { releaseBallast, takeBallast } from './ballast.js';
import { openLedger, type Ledger, type LedgerOptions } from './ledger.js';
import type { CommitNotice, FromWorker, LedgerReport, ToWorker, WriteMessage } from './messages.js';
import { resultCode, SQLITE } from './result-code.js';

/** What the thread is started with; `commitSeconds` goes on from the thread before. */
export interface WorkerOptions extends LedgerOptions {
  readonly commitSeconds: HistogramCounts;
}

/** What nobody waits for may wait this long for company: larger transactions touch each page of the store fewer times. */
const COMPANY_MILLISECONDS = 150;
/** Rows that need no more company. */
const ROWS_ENOUGH = 4096;
/** Rows of one transaction, so that what is acknowledged does not wait behind a long one. */
const ROWS_PER_COMMIT = 16_384;
/** A full disk must have been well for so long before the ballast is taken again. */
const BALLAST_MILLISECONDS = 60_000;
const COMMIT_SECONDS_BUCKETS = metric('modelwatch_store_commit_duration_seconds').buckets!;

const port = parentPort!;
const options = workerData as WorkerOptions;

/** The store's thread: it takes what has arrived, commits it, answers, and takes what arrived meanwhile. Any failure ends it. */
function run(ledger: Ledger): void {
  const { commitSeconds } = options;
  const inbox: WriteMessage[] = [];
  let rowsWaiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let scheduled = false;
  let closing = false;
  /** Whether the first notice has left: until then there is something to tell even when there is nothing to do. */
  let told = false;

  const accept = (message: ToWorker) => {
    if (message.kind === 'close') closing = true;
    else {
      for (const write of message.messages) {
        inbox.push(write);
        rowsWaiting += rowsOf(write);
      }
    }
  };
  const schedule = () => {
    if (scheduled) return;
    if (closing || rowsWaiting >= ROWS_ENOUGH || inbox.some(({ kind }) => kind !== 'record')) {
      clearTimeout(timer);
      timer = undefined;
      scheduled = true;
      setImmediate(guarded(turn));
    } else if (inbox.length > 0) timer ??= setTimeout(guarded(turn), COMPANY_MILLISECONDS);
  };
  const takeSome = (): WriteMessage[] => {
    const messages: WriteMessage[] = [];
    let rows = 0;
    let taken = 0;
    while (taken < inbox.length && (rows === 0 || rows + rowsOf(inbox[taken]!) <= ROWS_PER_COMMIT)) {
      const message = inbox[taken++]!;
      rows += rowsOf(message);
      if (message.kind !== 'tick' || !told || ledger.hasDue(message.nowSeconds)) messages.push(message);
    }
    inbox.splice(0, taken);
    rowsWaiting -= rows;
    return messages;
  };
  const commit = (messages: readonly WriteMessage[]) => {
    const start = performance.now();
    const { outcomes, report, settled } = ledger.commit(messages);
    if (!messages.every(isRead)) observe(commitSeconds, COMMIT_SECONDS_BUCKETS, (performance.now() - start) / 1000);
    post(noticeOf(messages, outcomes, report));
    told = true;
    if (!settled && inbox.length === 0 && !closing) inbox.push({ kind: 'tick', nowSeconds: messages.at(-1)!.nowSeconds });
  };
  const noticeOf = (
    messages: readonly WriteMessage[],
    outcomes: ReturnType<Ledger['commit']>['outcomes'],
    report: LedgerReport,
  ): CommitNotice => ({
    kind: 'commit',
    acks: messages.flatMap((message, i) => ('ticket' in message ? [{ ticket: message.ticket, outcome: outcomes[i]! }] : [])),
    recordRows: messages.reduce((rows, message) => rows + (message.kind === 'record' ? message.ids.length : 0), 0),
    sizeBytes: ledger.sizeBytes() + logBytes(),
    commitSeconds,
    report,
  });
  const turn = () => {
    scheduled = false;
    timer = undefined;
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) accept(next.message as ToWorker);
    const messages = takeSome();
    if (messages.length > 0) commit(messages);
    if (!closing || inbox.length > 0) {
      schedule();
      return;
    }
    ledger.close();
    post({ kind: 'closed' });
    process.exit();
  };

  port.on('message', (message: ToWorker) => {
    accept(message);
    schedule();
  });
  setTimeout(
    guarded(() => {
      takeBallast(options.path);
    }),
    BALLAST_MILLISECONDS,
  ).unref();
  post({ kind: 'opened' });
}

function post(message: FromWorker): void {
  port.postMessage(message);
}

function logBytes(): number {
  if (options.path === ':memory:') return 0;
  return fs.statSync(`${options.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** Nothing of a read waits for the disk: it is no durable commit. */
function isRead(message: WriteMessage): boolean {
  return message.kind === 'ask' && message.access === 'reads';
}

function rowsOf(message: WriteMessage): number {
  switch (message.kind) {
    case 'record':
      return message.ids.length;
    case 'predictions':
      return message.batch.rows;
    case 'truths':
      return message.truths.length;
    case 'payload':
    case 'ask':
      return 1;
    case 'use':
    case 'tick':
      return 0;
  }
}

/** A failure ends the thread, and with it all that SQLite holds of the file: what comes next is a fresh start, as after a crash. */
function guarded(work: () => void): () => void {
  return () => {
    try {
      work();
    } catch (fault) {
      const code = resultCode(fault);
      // A quota shows itself as a write that fails.
      if (code === SQLITE.full || code === SQLITE.ioError) releaseBallast(options.path);
      if (isStoreOpenError(fault)) post({ kind: 'refused', code: fault.code, message: fault.message });
      else post({ kind: 'failed', message: fault instanceof Error ? fault.message : String(fault) });
      process.exit(1);
    }
  };
}

guarded(() => {
  run(openLedger(options));
  collectAtRest();
})();
