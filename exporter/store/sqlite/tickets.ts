import { fail, succeed, type Result } from '../../errors.js';
import type { Ack, Outcome as AnyOutcome } from './messages.js';

/** What is on its way to the disk and is waited for: each item is acknowledged, or its caller is told that it was not, in bounded time. */
export interface Tickets {
  /** Whether so many more items have room. An empty queue takes any number, or a batch larger than the queue could never be sent. */
  hasRoom(items: number): boolean;
  /** Waits for a commit; `send` gets the ticket and says whether the message left. */
  issue<Outcome extends AnyOutcome>(items: number, send: (ticket: number) => boolean): Promise<Result<Outcome>>;
  /** Those of other tickets are passed over. */
  acknowledge(acks: readonly Ack[]): void;
  /**
   * Tells the callers of what was issued at or before a moment of the clock that it was not acknowledged: it may be on disk, so sending it again
   * is right. It keeps its room until its outcome is known, or a disk that hangs would let callers send without end.
   */
  giveUp(issuedUntilSeconds: number): void;
  /** Nothing that was sent will be written any more: tells all callers, and frees all room. */
  lost(): void;
  readonly items: number;
  readonly dropped: { full: number; store_unavailable: number };
}

interface Waiting {
  readonly items: number;
  readonly issuedSeconds: number;
  /** Undefined once its caller was told. */
  resolve: ((result: Result<AnyOutcome>) => void) | undefined;
}

export function unavailable() {
  return fail('store_unavailable', 'the store cannot be written now; send it again later');
}

/** `nextTicket` counts over all tickets of a store, so that each number names one promise. */
export function createTickets(itemsMax: number, monotonicSeconds: () => number, nextTicket: () => number): Tickets {
  // In the order they were issued.
  const waiting = new Map<number, Waiting>();
  const dropped = { full: 0, store_unavailable: 0 };
  let items = 0;

  const tell = (entry: Waiting, result: Result<AnyOutcome>) => {
    if (entry.resolve === undefined) return;
    if (!result.ok) dropped.store_unavailable += entry.items;
    entry.resolve(result);
    entry.resolve = undefined;
  };
  const settle = (ticket: number, result: Result<AnyOutcome>) => {
    const entry = waiting.get(ticket);
    if (entry === undefined) return;
    waiting.delete(ticket);
    items -= entry.items;
    tell(entry, result);
  };
  return {
    get items() {
      return items;
    },
    dropped,
    hasRoom: (more) => items === 0 || items + more <= itemsMax,
    issue<Outcome extends AnyOutcome>(more: number, send: (ticket: number) => boolean) {
      items += more;
      const ticket = nextTicket();
      return new Promise<Result<Outcome>>((resolve) => {
        waiting.set(ticket, {
          items: more,
          issuedSeconds: monotonicSeconds(),
          resolve: resolve as (result: Result<AnyOutcome>) => void,
        });
        if (!send(ticket)) settle(ticket, unavailable());
      });
    },
    acknowledge(acks) {
      for (const { ticket, outcome } of acks) settle(ticket, succeed(outcome));
    },
    giveUp(issuedUntilSeconds) {
      for (const entry of waiting.values()) {
        if (entry.issuedSeconds > issuedUntilSeconds) break;
        tell(entry, unavailable());
      }
    },
    lost() {
      for (const ticket of waiting.keys()) settle(ticket, unavailable());
    },
  };
}
