import type { Result } from '../../errors.js';
import type { BookName } from '../books/index.js';
import type { BookClient } from '../store.js';
import type { AskMessage } from './messages.js';
import { unavailable, type Tickets } from './tickets.js';

export interface AsksOptions {
  readonly tickets: Tickets;
  readonly nowSeconds: () => number;
  readonly isClosing: () => boolean;
  readonly send: (message: AskMessage) => boolean;
}

/** Makes clients of the books: each ask waits as a ticket for the commit it is part of. */
export function createAsks({ tickets, nowSeconds, isClosing, send }: AsksOptions): <Name extends BookName>(book: Name) => BookClient<Name> {
  const ask = async (book: BookName, access: AskMessage['access'], operation: string, argument: unknown): Promise<Result<unknown>> => {
    if (isClosing()) return unavailable();
    if (!tickets.hasRoom(1)) {
      tickets.dropped.full++;
      return unavailable();
    }
    const answered = await tickets.issue<Result<unknown>>(1, (ticket) =>
      send({ kind: 'ask', ticket, nowSeconds: nowSeconds(), book, access, operation, argument }),
    );
    return answered.ok ? answered.value : answered;
  };
  return <Name extends BookName>(book: Name) =>
    ({
      write: (operation: string, argument: unknown) => ask(book, 'writes', operation, argument),
      read: (operation: string, argument: unknown) => ask(book, 'reads', operation, argument),
    }) as unknown as BookClient<Name>;
}
