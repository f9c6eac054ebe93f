import { Worker } from 'node:worker_threads';
import { builtFile } from '../../built-file.js';
import { openError } from '../open-error.js';
import type { WorkerOptions } from './worker.js';
import type { CommitNotice, FromWorker, ToWorker } from './messages.js';

/** How long a thread that ended by itself stays down before it is started again. */
const YOUNG_GENERATION_MB = 4;
const RESTART_MILLISECONDS = 1000;
/** How long closing waits for what is queued to reach the disk. */
const CLOSE_MILLISECONDS_MAX = 10_000;

/** The thread that owns the store's file; it is started again when it ends by a fault. */
export interface StoreThread {
  /** False where the thread is down, and the message is lost. */
  send(message: ToWorker): boolean;
  /** Writes what is queued, then ends the thread. */
  close(): Promise<void>;
}

export interface StoreThreadEvents {
  onCommit(notice: CommitNotice): void;
  /** The thread ended: nothing that was sent and not committed will be. */
  onLost(message: string): void;
}

/** Starts the thread and waits until it has read its file, or has failed in a way that may heal. Rejects with a StoreOpenError. */
export async function startThread(options: () => WorkerOptions, events: StoreThreadEvents): Promise<StoreThread> {
  /** From its start to its end. */
  let alive: Worker | undefined;
  /** Once it has opened its file. */
  let worker: Worker | undefined;
  let everStarted = false;
  let closed: (() => void) | undefined;
  let restart: NodeJS.Timeout | undefined;

  const onExit = (fault: string, retry: boolean) => {
    alive = undefined;
    worker = undefined;
    if (closed !== undefined) {
      closed();
      return;
    }
    if (!retry && !everStarted) return;
    events.onLost(fault);
    restart = setTimeout(() => {
      start().catch(() => undefined);
    }, RESTART_MILLISECONDS);
    restart.unref();
  };

  const start = () =>
    new Promise<void>((resolve, reject) => {
      let retry = false;
      let fault: Error = new Error('the thread of the store ended');
      const started = new Worker(builtFile(import.meta.url, './worker.js'), {
        workerData: options(),
        name: 'store',
        // Rows live for one transaction. The old generation has no limit: what is read at the start must fit.
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      });
      alive = started;
      started.on('message', (message: FromWorker) => {
        if (message.kind === 'opened') {
          worker = started;
          // Asks for everything the file holds; at time 0 nothing is due.
          started.postMessage({ kind: 'write', messages: [{ kind: 'tick', nowSeconds: 0 }] } satisfies ToWorker);
        } else if (message.kind === 'commit') {
          events.onCommit(message);
          resolve();
        } else if (message.kind === 'refused') fault = openError(message.code, message.message);
        else if (message.kind === 'failed') {
          fault = new Error(message.message);
          retry = true;
        }
      });
      started.on('error', (error) => {
        fault = error;
      });
      started.on('exit', () => {
        if (retry) resolve();
        else reject(fault);
        onExit(fault.message, retry);
      });
    });

  await start();
  everStarted = true;
  return {
    send(message) {
      worker?.postMessage(message);
      return worker !== undefined;
    },
    close() {
      clearTimeout(restart);
      const ending = alive;
      if (ending === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        // A thread that waits for a disk which does not answer cannot be ended; then this resolves all the same.
        const timer = setTimeout(() => {
          void ending.terminate();
          resolve();
        }, CLOSE_MILLISECONDS_MAX);
        closed = () => {
          clearTimeout(timer);
          resolve();
        };
        ending.postMessage({ kind: 'close' } satisfies ToWorker);
      });
    },
  };
}
