import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { OperationalEvent, RemedyKind } from '@modelwatch/core';

/**
 * A durable table beside the ledger, off the hot path: the registry's versions, the log of events. A book is one file: its tables, what may
 * be written and what may be asked. Its operations run in the store's thread, within the transaction of whatever arrived with them, so that a
 * write is on disk before its promise resolves, and a read sees every write that was sent before it.
 *
 * Arguments and outcomes cross a thread: plain data, and no view into a buffer that others share. SQL stays plain, so that PostgreSQL takes it too.
 */
export interface Book<Writes extends Operations = Operations, Reads extends RowOperations = RowOperations> {
  /** As it stands in the label `queue`. Its tables' names begin with it. */
  readonly name: string;
  /** One entry a schema version of this book, each applied in a transaction of its own. Never edit one that was released: append. */
  readonly migrations: readonly string[];
  /** Unless the configuration says otherwise. */
  readonly limits: BookLimits;
  open(db: DatabaseSyncInstance, options: BookOptions): OpenBook<Writes, Reads>;
}

/** The argument never holds the time: the store's thread is told it with each message. */
export type Operations = Readonly<Record<string, (argument: never, nowSeconds: number) => unknown>>;
export type RowOperations = Readonly<Record<string, (argument: never, nowSeconds: number) => readonly unknown[]>>;

export interface OpenBook<Writes extends Operations = Operations, Reads extends RowOperations = RowOperations> {
  /**
   * Idempotent by a key in the argument: the same write again changes nothing and says so. One that throws is undone by itself, the book is
   * opened anew, and its caller gets `internal_error`; a failing disk ends the thread instead.
   */
  readonly writes: Writes;
  /** Each gives at most ROWS_READ_MAX rows: page by a key. */
  readonly reads: Reads;
  /** Rows kept now, without counting them anew. */
  readonly rows: number;
  /** Lets go what is due, a bounded number of rows; true when nothing due is left. Called within each transaction. */
  sweep?(nowSeconds: number): boolean;
  /** Whether time alone makes work for `sweep`. */
  hasDue?(nowSeconds: number): boolean;
  /** Bytes that its rows take, about; for books that are bounded so. */
  readonly bytes?: number;
  /** What its oldest row is of; undefined where there is none. */
  readonly oldestSeconds?: number | undefined;
  /** What scrapes show of it beside its rows: plain data, small, told with each commit that changed it; a change is another object. */
  readonly told?: unknown;
}

export interface BookLimits {
  readonly rowsMax: number;
  /** How long rows are kept, for books that forget. */
  readonly ageSecondsMax?: number;
  /** Bytes that rows may take, for books whose rows differ in size. */
  readonly bytesMax?: number;
  /** How long rows stand one by one, for books that put old ones together. */
  readonly wholeAgeSecondsMax?: number;
  /** How long a row that lasts may go without being told again. */
  readonly unheardSecondsMax?: number;
}

/** A change of a model that took effect. */
export interface Remedy {
  readonly model: string;
  readonly kind: RemedyKind;
  readonly seconds: number;
}

export interface BookOptions {
  readonly limits: BookLimits;
  /** What was dropped since the process started, by reason; name each reason with 0 when opening, and count here. */
  readonly drops: Record<string, number>;
  /** Writes into the log of events, in the same transaction. A repeat changes nothing. */
  readonly log: (event: OperationalEvent, nowSeconds: number) => void;
  /** Tells the log of alerts that a model was changed, in the same transaction. A repeat changes nothing. */
  readonly remedy: (remedy: Remedy) => void;
}

/** What a table holds and has dropped, for modelwatch_queue_.... */
export interface BookGauges {
  readonly rows: number;
  readonly rowsMax: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Of a book that is bounded in bytes. */
  readonly table?: TableReading;
  /** As its book tells it; absent in a commit that did not change it. */
  readonly told?: unknown;
}

export interface TableReading {
  readonly bytes: number;
  readonly bytesMax: number;
  readonly oldestSeconds: number | undefined;
}

/** Rows that one read may give: they travel between threads, and on in one answer. */
export const ROWS_READ_MAX = 1000;
