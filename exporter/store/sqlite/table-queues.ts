import type { QueueReading } from '../store.js';
import { BOOK_NAMES, type BookTellings } from '../books/index.js';
import type { LedgerGauges } from './messages.js';
import { PAYLOADS_CAPACITY } from './payloads-capacity.js';

/** The store's tables as queues: what waits in each, and what each has dropped. */
export function tableQueues(
  { waiting, settled, payloads, retired, retiredCapacity, dropped, books }: LedgerGauges,
  predictionsMax: number,
): QueueReading[] {
  return [
    {
      name: 'predictions',
      entries: waiting,
      capacity: predictionsMax,
      dropped: { full: dropped.predictionsFull + dropped.truthsFull + dropped.unpaired },
    },
    { name: 'settled', entries: settled, capacity: predictionsMax, dropped: { full: dropped.settledFull } },
    {
      name: 'payloads',
      entries: payloads,
      capacity: PAYLOADS_CAPACITY,
      dropped: { full: dropped.payloadsFull, expired: dropped.payloadsExpired, unreadable: dropped.payloadsUnreadable },
    },
    { name: 'retired', entries: retired, capacity: retiredCapacity, dropped: { superseded: dropped.retiredSuperseded } },
    ...BOOK_NAMES.map((name) => {
      const { rows, rowsMax, dropped: droppedRows, table } = books[name];
      return { name, entries: rows, capacity: rowsMax, dropped: droppedRows, ...(table === undefined ? {} : { table }) };
    }),
  ];
}

/** What the books have told, by name. */
export function tellings({ books }: LedgerGauges): BookTellings {
  return Object.fromEntries(BOOK_NAMES.flatMap((name) => (books[name].told === undefined ? [] : [[name, books[name].told]])));
}
