import { alertBook } from './alert-book.js';
import { eventBook } from './event-book.js';
import { registryBook } from './registry-book.js';
import { sampleBook } from './sample-book.js';
import { snapshotBook } from './snapshot-book.js';

/** Every book of the store. A new one is a line here; docs/recipes/add-a-store-table.md says what it must do. */
export const BOOKS = {
  registry: registryBook,
  events: eventBook,
  alerts: alertBook,
  snapshots: snapshotBook,
  samples: sampleBook,
};

export type BookName = keyof typeof BOOKS;
export const BOOK_NAMES = Object.keys(BOOKS) as readonly BookName[];

type Opened<Name extends BookName> = ReturnType<(typeof BOOKS)[Name]['open']>;
export type BookWrites<Name extends BookName> = Opened<Name>['writes'];
export type BookReads<Name extends BookName> = Opened<Name>['reads'];
/** What a book tells scrapes, undefined until its thread has; for those that tell something. */
export type BookTellings = {
  readonly [Name in BookName as Opened<Name> extends { readonly told: unknown } ? Name : never]?: ToldBy<Opened<Name>>;
};
type ToldBy<Open> = Open extends { readonly told: infer Told } ? Told : never;

export * from './book.js';
export type * from './alert-book.js';
export type * from './alert-tallies.js';
export type * from './event-book.js';
export { ALL_MODELS, OTHER_MODELS, type LogTally } from './event-tallies.js';
export type { LogReading } from './event-book.js';
export type { OpenEvent } from './running-events.js';
export { PROMOTION_EVENT } from './registry-book.js';
export type * from './registry-book.js';
export type * from './sample-book.js';
export { ROWS_MERGED_MAX } from './snapshot-book.js';
export type * from './snapshot-book.js';
