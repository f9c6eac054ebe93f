import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { BOOKS, type Book } from '../books/index.js';
import { openError } from '../open-error.js';

/** Each book has a schema version of its own in the table `book`, so that books can be added and changed in any order. */
const ALL: readonly Book[] = Object.values(BOOKS);

/** Throws a StoreOpenError where a book was written by a later release. Changes nothing. */
export function checkBooks(db: DatabaseSyncInstance): void {
  for (const { name, version } of db.prepare('SELECT name, version FROM book').all() as { name: string; version: number }[]) {
    const known = ALL.find((book) => book.name === name)?.migrations.length ?? 0;
    if (version > known) {
      throw openError('newer_schema', 'the store has a table of a later release; use the release that wrote it or another store.path');
    }
  }
}

/** Brings each book to the schema of this release, each version in one transaction. */
export function migrateBooks(db: DatabaseSyncInstance): void {
  for (const { name, migrations } of ALL) {
    for (let version = -1; version < migrations.length;) {
      db.exec('BEGIN IMMEDIATE');
      const row = db.prepare('SELECT version FROM book WHERE name = ?').get(name) as { readonly version: number } | undefined;
      version = row?.version ?? 0;
      if (version < migrations.length) {
        db.exec(migrations[version++]!);
        db.prepare('INSERT INTO book (name, version) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version').run(
          name,
          version,
        );
      }
      db.exec('COMMIT');
    }
  }
}
