import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is looked at, in seconds and bytes; a test sets its own. */
export interface RestOptions {
  /** How often it is looked. */
  readonly lookSeconds: number;
  /** Share of the time since the last look in which the event loop was busy, up to which it counts as at rest. */
  readonly busyShareMax: number;
  /** Fewest seconds from one round of collections to the next: whoever asks now and then shall meet one rarely. */
  readonly apartSeconds: number;
  /** Bytes the heap must have reserved beyond what it kept after the last collection: fewer are not worth the pause. */
  readonly growthBytesMin: number;
}

const DEFAULTS: RestOptions = { lookSeconds: 5, busyShareMax: 0.05, apartSeconds: 30, growthBytesMin: 2_097_152 };

/** V8 lets go of the pages that it keeps for new objects at the second of two collections. */
const COLLECTIONS = 2;

/**
 * Gives memory back when nothing is going on in this thread. V8 reserves by the rate of allocation and returns it by further allocation, so
 * that a process which falls quiet after a burst keeps what the burst took. A collection holds a heap of 20 MB up for some 20 ms;
 * two are made, and no more until the heap has grown and half a minute has passed. Returns what ends it; the timer keeps no process alive.
 */
export function collectAtRest(options: Partial<RestOptions> = {}): () => void {
  const { lookSeconds, busyShareMax, apartSeconds, growthBytesMin } = { ...DEFAULTS, ...options };
  const collect = collector();
  let seen: EventLoopUtilization = performance.eventLoopUtilization();
  let keptBytes = 0;
  let left = 0;
  let dueMilliseconds = 0;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const share = performance.eventLoopUtilization(now, seen).utilization;
    seen = now;
    if (share > busyShareMax) return;
    if (performance.now() >= dueMilliseconds && heapBytes() - keptBytes >= growthBytesMin) {
      left = COLLECTIONS;
      dueMilliseconds = performance.now() + apartSeconds * 1000;
    }
    if (left === 0) return;
    left--;
    collect();
    keptBytes = heapBytes();
    // What collecting took is no work.
    seen = performance.eventLoopUtilization();
  }, lookSeconds * 1000);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

const heapBytes = (): number => getHeapStatistics().total_heap_size;

/** V8's collector, which a flag puts into contexts made after it: the command line of whoever starts the sidecar need not carry it. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
