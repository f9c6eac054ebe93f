import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { checkBooks, migrateBooks } from './book-schema.js';
import { openError } from '../open-error.js';

/** What a row of `prediction` is now. `due` says when it leaves this state. */
export const STATE = {
  /** A prediction waits for its ground truth; at its horizon it becomes `expired`. */
  pending: 0,
  /** Ground truth waits for its prediction; at its horizon it is deleted. */
  early: 1,
  /** The two have met and are counted. Kept to recognise what is sent again. */
  joined: 2,
  /** The horizon passed without ground truth. Kept to recognise ground truth that comes late. */
  expired: 3,
  /** Too many predictions waited, so it was counted and does not wait. Kept to recognise what is sent again. */
  unpaired: 4,
} as const;

/**
 * One entry a schema version, applied in order, each in a transaction of its own together with the version it leads to. Never edit an
 * entry that was released: append one, and put what the release before has left into testdata by make-old-store.sh.
 *
 * `prediction` is clustered by identity and has one more index, by state and due time, which new rows extend at its end. The statements on
 * it are plain SQL with ON CONFLICT, so that PostgreSQL takes them too.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE model (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    tally TEXT NOT NULL
  );
  CREATE TABLE series (
    key INTEGER PRIMARY KEY,
    model INTEGER NOT NULL REFERENCES model (key),
    version TEXT NOT NULL,
    role TEXT NOT NULL,
    quality TEXT NOT NULL,
    events TEXT NOT NULL,
    UNIQUE (model, version, role)
  );
  CREATE TABLE slice (
    series INTEGER NOT NULL REFERENCES series (key),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    predictions INTEGER NOT NULL,
    true_positive INTEGER NOT NULL,
    false_positive INTEGER NOT NULL,
    true_negative INTEGER NOT NULL,
    false_negative INTEGER NOT NULL,
    PRIMARY KEY (series, name, value)
  ) WITHOUT ROWID;
  CREATE TABLE prediction (
    model INTEGER NOT NULL,
    id TEXT NOT NULL,
    state INTEGER NOT NULL,
    due REAL NOT NULL,
    series INTEGER,
    time REAL,
    output REAL,
    slices TEXT,
    truth REAL,
    truth_time REAL,
    PRIMARY KEY (model, id)
  ) WITHOUT ROWID;
  CREATE INDEX prediction_by_due ON prediction (state, due);
  CREATE TABLE payload (
    model INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    settled INTEGER NOT NULL,
    due REAL NOT NULL,
    time REAL NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (model, id)
  ) WITHOUT ROWID;
  CREATE INDEX payload_by_due ON payload (settled, due);
  `,
  `
  CREATE TABLE book (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  // The outputs that challengers gave for a prediction travel with its row, and live and end with it.
  `
  ALTER TABLE prediction ADD COLUMN challengers TEXT;
  CREATE TABLE paired (
    series INTEGER NOT NULL REFERENCES series (key),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (series, name, value)
  ) WITHOUT ROWID;
  `,
  // Scores, calibration and errors by slice value beside the outcomes, which travel with them from here on; and what counted as __other__, by value.
  `
  ALTER TABLE slice ADD COLUMN joined TEXT;
  ALTER TABLE slice ADD COLUMN tail TEXT;
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** In the header of each store: "MWST". */
const APPLICATION_ID = 0x4d575354;

/** Throws a StoreOpenError unless the file is new or a store that this release can read. Changes nothing. */
export function checkFile(db: DatabaseSyncInstance): void {
  const { application_id: application } = db.prepare('PRAGMA application_id').get() as { readonly application_id: number };
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as { readonly tables: number };
  const version = versionOf(db);
  if (application !== APPLICATION_ID && (application !== 0 || tables > 0 || version > 0)) {
    throw openError('not_a_store', 'the file at store.path is the database of another program; choose another store.path');
  }
  if (version > SCHEMA_VERSION) {
    throw openError(
      'newer_schema',
      `the store has schema version ${version}, this release knows ${SCHEMA_VERSION}; use the release that wrote it or another store.path`,
    );
  }
  if (version > 1) checkBooks(db);
}

/**
 * Brings a database to the schema of this release, each version in one transaction: a crash in between leaves a version that the next start
 * goes on from. Writes in any case.
 */
export function migrate(db: DatabaseSyncInstance): void {
  for (let version = -1; version < SCHEMA_VERSION;) {
    // The version is read under the lock: of two that open one file, the second must not do what the first has done.
    db.exec('BEGIN IMMEDIATE');
    version = versionOf(db);
    if (version < SCHEMA_VERSION) {
      db.exec(MIGRATIONS[version++]!);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    }
    db.exec(`PRAGMA user_version = ${version}`);
    db.exec('COMMIT');
  }
  migrateBooks(db);
}

function versionOf(db: DatabaseSyncInstance): number {
  return (db.prepare('PRAGMA user_version').get() as { readonly user_version: number }).user_version;
}
