import { randomBytes } from 'node:crypto';
import type { Store } from '../store/index.js';
import type { Sample } from './sample.js';

/** A sample that is still to be masked. */
export interface PendingSample {
  readonly bytes: number;
  readonly make: () => Sample;
}

/** Masks samples and writes them to the store, off the path of every answer: what does not fit its queue is dropped and counted. */
export interface SampleKeeper {
  /** Never throws, never waits. */
  take(pending: PendingSample): void;
  /** By which values are digested. It lives in memory alone, so that nobody who has the store can try values. */
  readonly key: Uint8Array;
  readonly queue: {
    readonly entries: number;
    readonly capacity: number;
    readonly memory: { readonly bytes: number; readonly bytesMax: number };
    readonly dropped: Readonly<Record<DropReason, number>>;
  };
  /** Writes what waits. */
  drain(): Promise<void>;
}

/** `full`: no room to wait. `store`: the store could not take it. `fault`: it could not be made, by a fault of our own. */
type DropReason = 'full' | 'store' | 'fault';

export interface SampleKeeperOptions {
  readonly store: Pick<Store, 'book'>;
  readonly capacity: number;
  readonly onFault: (fault: unknown) => void;
}

/** Bytes of requests that wait. */
const BYTES_MAX = 16_777_216;
/** Samples of one write: masking them holds the loop for a moment. */
const SAMPLES_PER_WRITE = 16;

export function createSampleKeeper({ store, capacity, onFault }: SampleKeeperOptions): SampleKeeper {
  const waiting: PendingSample[] = [];
  const dropped: Record<DropReason, number> = { full: 0, store: 0, fault: 0 };
  let bytes = 0;
  let writing: Promise<void> | undefined;

  const made = (): readonly Sample[] =>
    waiting.splice(0, SAMPLES_PER_WRITE).flatMap((pending) => {
      bytes -= pending.bytes;
      try {
        return [pending.make()];
      } catch (fault) {
        dropped.fault++;
        onFault(fault);
        return [];
      }
    });
  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      // A later turn: the answer that made the first of them wait leaves before.
      await new Promise((turn) => setImmediate(turn));
      const samples = made();
      if (samples.length === 0) continue;
      const kept = await store.book('samples').write('keep', { samples });
      if (!kept.ok) dropped.store += samples.length;
    }
    writing = undefined;
  };

  return {
    take(pending) {
      if (waiting.length >= capacity || bytes + pending.bytes > BYTES_MAX) {
        dropped.full++;
        return;
      }
      waiting.push(pending);
      bytes += pending.bytes;
      writing ??= writeAll();
    },
    key: randomBytes(32),
    get queue() {
      return { entries: waiting.length, capacity, memory: { bytes, bytesMax: BYTES_MAX }, dropped };
    },
    async drain() {
      await writing;
    },
  };
}
