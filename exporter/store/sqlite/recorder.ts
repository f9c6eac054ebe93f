import type { PredictionBatch } from '@modelwatch/core';
import type { RecordMessage } from './messages.js';
import { createRecordBuffer } from './record-buffer.js';

/** How long predictions of the inference path are collected before they cross to the store's thread. */
const FLUSH_MILLISECONDS = 5;
/** Rows that are worth crossing for at once. */
const FLUSH_ROWS = 1024;

/** Predictions of the inference path on their way to the disk: taken at once, bounded in number, acknowledged to nobody. */
export interface Recorder {
  /** Copies a batch, or counts it as dropped. Never throws, never waits. */
  record(batch: PredictionBatch): void;
  /** Sends what was collected. */
  flush(): void;
  /** So many rows were written. */
  committed(rows: number): void;
  /** What was sent and not written will not be. */
  lost(): void;
  /** Sends what was collected, and takes no more. */
  close(): void;
  readonly rows: number;
  readonly dropped: Readonly<Record<'full' | 'store_unavailable' | 'unknown_model', number>>;
}

export function createRecorder(options: {
  /** Names of the configured models. */
  readonly known: ReadonlySet<string>;
  readonly rowsMax: number;
  readonly nowSeconds: () => number;
  /** False where the thread is down. */
  readonly send: (messages: readonly RecordMessage[]) => boolean;
}): Recorder {
  const { known, rowsMax, nowSeconds, send } = options;
  const buffer = createRecordBuffer();
  const dropped = { full: 0, store_unavailable: 0, unknown_model: 0 };
  let sent = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const { rows } = buffer;
    if (rows === 0) return;
    if (send(buffer.take(nowSeconds()))) sent += rows;
    else dropped.store_unavailable += rows;
  };
  return {
    get rows() {
      return sent + buffer.rows;
    },
    dropped,
    record(batch) {
      if (!known.has(batch.model)) dropped.unknown_model += batch.rows;
      else if (closed) dropped.store_unavailable += batch.rows;
      else if (sent + buffer.rows + batch.rows > rowsMax) dropped.full += batch.rows;
      else {
        buffer.add(batch);
        if (buffer.rows >= FLUSH_ROWS) flush();
        else timer ??= setTimeout(flush, FLUSH_MILLISECONDS);
      }
    },
    flush,
    committed(rows) {
      sent -= rows;
    },
    lost() {
      dropped.store_unavailable += sent;
      sent = 0;
    },
    close() {
      flush();
      closed = true;
    },
  };
}
