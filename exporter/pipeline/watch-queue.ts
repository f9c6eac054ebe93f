/** Entries whose watching waits until the answer has left. Bounded in number and bytes: what does not fit is dropped and counted, never awaited. */
export interface WatchQueue<Entry> {
  /** Takes an entry, or drops it when the queue is full. Never throws. */
  push(entry: Entry): void;
  readonly length: number;
  readonly capacity: number;
  readonly bytes: number;
  readonly bytesMax: number;
  readonly dropped: number;
  /** Handles everything that waits, now: for shutdown and for tests. */
  drain(): void;
}

/**
 * What was pushed waits this long for company. Requests watched together cost less each, and rarely stand in the way of the next: a client that
 * sends one after the other would otherwise have each wait for the watching of the one before.
 */
const COMPANY_MILLISECONDS = 2;
/** Entries that need no more company. */
const ENTRIES_ENOUGH = 64;
/** Longest time watching may hold the event loop in one turn. */
const TURN_MILLISECONDS_MAX = 4;
/** Looking at the clock after each entry would cost more than the entry. */
const ENTRIES_PER_CLOCK_READING = 16;

/**
 * Makes a queue that hands its entries to `handle` one by one, large ones in parts, in a later turn of the event loop, and calls `flush` at the end
 * of each turn.
 * A fault in either loses that reading and is given to `onFault`; it never reaches a response.
 */
export function createWatchQueue<Entry extends { readonly bytes: number }>(options: {
  readonly capacity: number;
  readonly bytesMax: number;
  /** Handles an entry, or a part of it: then it answers false and is called again with the same entry. */
  readonly handle: (entry: Entry) => boolean;
  readonly flush: () => void;
  readonly onFault: (fault: unknown) => void;
}): WatchQueue<Entry> {
  const { capacity, bytesMax, handle, flush, onFault } = options;
  let entries: (Entry | undefined)[] = [];
  let taken = 0;
  let dropped = 0;
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let running = false;

  const turn = (until: number) => {
    let handled = 0;
    while (taken < entries.length) {
      const entry = entries[taken]!;
      let whole = true;
      try {
        whole = handle(entry);
      } catch (fault) {
        onFault(fault);
      }
      if (whole) {
        // What was taken is let go, also when the queue never runs empty.
        entries[taken++] = undefined;
        bytes -= entry.bytes;
      }
      if ((!whole || ++handled % ENTRIES_PER_CLOCK_READING === 0) && performance.now() > until) break;
    }
    if (taken === entries.length || taken > capacity) {
      entries = entries.slice(taken);
      taken = 0;
    }
    try {
      flush();
    } catch (fault) {
      onFault(fault);
    }
  };

  const run = () => {
    turn(performance.now() + TURN_MILLISECONDS_MAX);
    if (entries.length > 0) setImmediate(run);
    else running = false;
  };
  const start = () => {
    clearTimeout(timer);
    timer = undefined;
    running = true;
    setImmediate(run);
  };

  return {
    push(entry) {
      // An empty queue takes an entry of any size: bodies have a limit of their own.
      if (entries.length - taken >= capacity || (bytes > 0 && bytes + entry.bytes > bytesMax)) {
        dropped++;
        return;
      }
      entries.push(entry);
      bytes += entry.bytes;
      if (running) return;
      if (entries.length - taken >= ENTRIES_ENOUGH) start();
      else timer ??= setTimeout(start, COMPANY_MILLISECONDS);
    },
    get length() {
      return entries.length - taken;
    },
    capacity,
    get bytes() {
      return bytes;
    },
    bytesMax,
    get dropped() {
      return dropped;
    },
    drain() {
      turn(Infinity);
    },
  };
}
