import { fail, succeed, type Result } from '../../errors.js';
import type { Ack, IngestOutcome } from './messages.js';

/** What is on its way to the disk and is waited for: each item is acknowledged, or its caller is told that it was not, in bounded time. */
export interface Tickets {
  /** Whether so many more items have room. An empty queue takes any number, or a batch larger than the queue could never be sent. */
  hasRoom(items: number): boolean;
  /** Waits for a commit; `send` gets the ticket and says whether the message left. */
  issue<Outcome extends IngestOutcome>(items: number, send: (ticket: number) => boolean): Promise<Result<Outcome>>;
  acknowledge(acks: readonly Ack[]): void;
  /** Gives up all that were issued at or before a moment of the clock, or all: they may be on disk, so sending them again is right. */
  giveUp(issuedUntilSeconds?: number): void;
  readonly items: number;
  readonly dropped: { full: number; store_unavailable: number };
}

interface Waiting {
  readonly items: number;
  readonly issuedSeconds: number;
  readonly resolve: (result: Result<IngestOutcome>) => void;
}

export function unavailable() {
  return fail('store_unavailable', 'the store cannot be written now; send it again later');
}

export function createTickets(itemsMax: number, monotonicSeconds: () => number): Tickets {
  // In the order they were issued.
  const waiting = new Map<number, Waiting>();
  const dropped = { full: 0, store_unavailable: 0 };
  let items = 0;
  let lastTicket = 0;

  const settle = (ticket: number, result: Result<IngestOutcome>) => {
    const entry = waiting.get(ticket);
    if (entry === undefined) return;
    waiting.delete(ticket);
    items -= entry.items;
    if (!result.ok) dropped.store_unavailable += entry.items;
    entry.resolve(result);
  };
  return {
    get items() {
      return items;
    },
    dropped,
    hasRoom: (more) => items === 0 || items + more <= itemsMax,
    issue<Outcome extends IngestOutcome>(more: number, send: (ticket: number) => boolean) {
      items += more;
      const ticket = ++lastTicket;
      return new Promise<Result<Outcome>>((resolve) => {
        waiting.set(ticket, {
          items: more,
          issuedSeconds: monotonicSeconds(),
          resolve: resolve as (result: Result<IngestOutcome>) => void,
        });
        if (!send(ticket)) settle(ticket, unavailable());
      });
    },
    acknowledge(acks) {
      for (const { ticket, outcome } of acks) settle(ticket, succeed(outcome));
    },
    giveUp(issuedUntilSeconds = Infinity) {
      for (const [ticket, { issuedSeconds }] of waiting) {
        if (issuedSeconds > issuedUntilSeconds) break;
        settle(ticket, unavailable());
      }
    },
  };
}
