import fs from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { isStoreOpenError, openError } from '../open-error.js';
import { resultCode, SQLITE } from './result-code.js';
import { checkFile, migrate } from './schema.js';

/**
 * Opens the store's file, with its schema brought up to date. One process owns it: counts live in its memory, so a second writer would undo
 * them, and finds the file locked. A file that is not a store of this or an earlier release is refused before it is touched.
 *
 * `synchronous=FULL` makes each commit wait for the disk. It is read back after a write, because a driver was seen to fall back to NORMAL
 * then, which survives kill -9 and loses acknowledged rows at a power loss. That write also shows that the disk takes any.
 *
 * Errors: a StoreOpenError where starting again will not help; SQLite's own error, such as a full disk, where it might.
 */
export function openDatabase(path: string): DatabaseSyncInstance {
  let db: DatabaseSyncInstance | undefined;
  try {
    makePrivate(path);
    db = new DatabaseSync(path, { timeout: 2000 });
    checkFile(db);
    configure(db, path);
    migrate(db);
    // What a crash or a full disk left in the log goes into the file, and its space back to the disk.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    assertDurable(db);
    return db;
  } catch (fault) {
    if (db?.isOpen === true) db.close();
    throw explain(fault);
  }
}

/** Identities and outputs are nobody else's business. SQLite gives its log the mode of the file; what stands in the way it says itself. */
function makePrivate(path: string): void {
  if (path === ':memory:') return;
  try {
    fs.closeSync(fs.openSync(path, 'a', 0o600));
  } catch {
    return;
  }
}

function configure(db: DatabaseSyncInstance, path: string): void {
  const { journal_mode: mode } = db.prepare('PRAGMA journal_mode = WAL').get() as { readonly journal_mode: string };
  if (mode !== 'wal' && path !== ':memory:') {
    throw openError('path_unusable', 'the file system at store.path takes no write-ahead log, as network shares do not; use a local one');
  }
  db.exec('PRAGMA synchronous = FULL');
  // Where fsync does not reach past the cache of the disk itself, which is so on macOS.
  db.exec('PRAGMA fullfsync = ON');
  db.exec('PRAGMA foreign_keys = ON');
  db.exec('PRAGMA temp_store = MEMORY');
  db.exec('PRAGMA cache_size = -4096');
  db.exec('PRAGMA wal_autocheckpoint = 4000');
  db.exec('PRAGMA journal_size_limit = 67108864');
  // After the file was read in WAL mode: set before, SQLite could not give the lock back.
  db.prepare('PRAGMA user_version').get();
  db.exec('PRAGMA locking_mode = EXCLUSIVE');
}

/**
 * Takes the log into the file, gives the file back and closes it. The driver cannot end prepared statements, so the connection lives on
 * until they are collected or their thread ends; leaving WAL mode is what makes it do so without a lock.
 */
export function closeDatabase(db: DatabaseSyncInstance): void {
  if (!db.isOpen) return;
  try {
    if (db.isTransaction) db.exec('ROLLBACK');
    db.exec('PRAGMA journal_mode = DELETE');
    db.exec('PRAGMA locking_mode = NORMAL');
    // The lock goes with the next read.
    db.prepare('SELECT count(*) FROM model').all();
  } finally {
    db.close();
  }
}

/** Throws unless each commit waits for the disk. */
export function assertDurable(db: DatabaseSyncInstance): void {
  const { synchronous } = db.prepare('PRAGMA synchronous').get() as { readonly synchronous: number };
  if (synchronous !== 2) throw new Error(`the store must be opened with synchronous=FULL (2), got ${synchronous}`);
}

function explain(fault: unknown): unknown {
  if (isStoreOpenError(fault)) return fault;
  switch (resultCode(fault)) {
    case SQLITE.busy:
      return openError('locked', 'the store is in use by another process; each sidecar needs a store.path of its own', fault);
    case SQLITE.cantOpen:
    case SQLITE.readonly:
      return openError(
        'path_unusable',
        'the store cannot be opened or made; store.path needs an existing directory that may be written',
        fault,
      );
    case SQLITE.notADatabase:
      return openError('not_a_store', 'the file at store.path is no SQLite database, or is damaged', fault);
    default:
      return fault;
  }
}
