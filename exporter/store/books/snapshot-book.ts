import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Role } from '@modelwatch/core';
import { addCounts } from '../../snapshots/additive.js';
import { ROWS_READ_MAX, type Book, type BookOptions } from './book.js';

/** What a snapshot counts: the values of a feature, the outputs, the joined pairs of all predictions, those of one slice value. */
export type SnapshotSubject = 'feature' | 'output' | 'quality' | 'slice';

export interface SnapshotKey {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  readonly subject: SnapshotSubject;
  /** Of the feature; of a slice its name and value as JSON; else empty. */
  readonly name: string;
  /** Digest of the bins: counts of other bins do not add up. Empty where there are none. */
  readonly bins: string;
}

/** What was counted within one window, as JSON of numbers that add up. */
export interface SnapshotRow extends SnapshotKey {
  readonly document: string;
}

/** How far a count that outlives the process had come when the last window ended. */
export interface SnapshotMark {
  readonly key: string;
  readonly document: string;
}

/** A window that has ended. */
export interface TakenWindow {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly rows: readonly SnapshotRow[];
  readonly marks: readonly SnapshotMark[];
  /** Keys of marks whose counts are no more. */
  readonly forgotten?: readonly string[] | undefined;
}

export interface SnapshotQuery {
  readonly model: string;
  readonly subject: SnapshotSubject;
  readonly name?: string;
  /** Of the subject `slice`: the values of this one alone. */
  readonly slice?: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Puts together only what begins within the same step, of steps counted from the epoch. */
  readonly stepSeconds?: number;
}

/** Windows of one key, put together. */
export interface MergedSnapshot extends SnapshotRow {
  /** Rows: windows, and days once they are old. */
  readonly rows: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

const AGE_SECONDS_MAX = 400 * 86_400;
const WHOLE_AGE_SECONDS_MAX = 14 * 86_400;
const DAY_SECONDS = 86_400;
/** Rows moved on in one transaction. */
const SWEEP_ROWS_MAX = 200;
/** What a row takes on disk besides its document, its places in the indexes included. */
const ROW_BYTES = 200;
/** Rows that one read puts together: it holds the store's thread some 0.1 s. */
export const ROWS_MERGED_MAX = 10_000;

/** What was counted by window: whole for a while, then by the day, then gone. The oldest make room for the newest. */
export const snapshotBook = {
  name: 'snapshots',
  migrations: [
    `
    CREATE TABLE snapshots_snapshot (
      number INTEGER PRIMARY KEY,
      model TEXT NOT NULL,
      subject TEXT NOT NULL,
      name TEXT NOT NULL,
      version TEXT NOT NULL,
      role TEXT NOT NULL,
      bins TEXT NOT NULL,
      daily INTEGER NOT NULL,
      started REAL NOT NULL,
      ended REAL NOT NULL,
      bytes INTEGER NOT NULL,
      document TEXT NOT NULL
    );
    CREATE UNIQUE INDEX snapshots_key ON snapshots_snapshot (model, subject, name, version, role, bins, daily, started);
    CREATE INDEX snapshots_ended ON snapshots_snapshot (ended);
    CREATE INDEX snapshots_daily ON snapshots_snapshot (daily, ended);
    CREATE TABLE snapshots_mark (
      key TEXT PRIMARY KEY,
      document TEXT NOT NULL
    ) WITHOUT ROWID;
    `,
  ],
  limits: { rowsMax: 1_000_000, bytesMax: 268_435_456, ageSecondsMax: AGE_SECONDS_MAX, wholeAgeSecondsMax: WHOLE_AGE_SECONDS_MAX },
  open,
} satisfies Book;

interface Row extends SnapshotRow {
  readonly number: number;
  readonly started: number;
  readonly ended: number;
  readonly bytes: number;
}

const COLUMNS = 'SELECT number, model, subject, name, version, role, bins, started, ended, bytes, document FROM snapshots_snapshot';
const OVERLAPS =
  'model = ? AND subject = ? AND (? IS NULL OR name = ?) AND (? IS NULL OR substr(name, 1, length(?)) = ?) AND started < ? AND ended > ?';

function open(db: DatabaseSyncInstance, { limits, drops }: BookOptions) {
  const find = db.prepare(
    `${COLUMNS} WHERE model = ? AND subject = ? AND name = ? AND version = ? AND role = ? AND bins = ? AND daily = ? AND started = ?`,
  );
  const insert = db.prepare(
    `INSERT INTO snapshots_snapshot (model, subject, name, version, role, bins, daily, started, ended, bytes, document)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.prepare('UPDATE snapshots_snapshot SET ended = ?, bytes = ?, document = ? WHERE number = ?');
  const remove = db.prepare('DELETE FROM snapshots_snapshot WHERE number = ?');
  const oldest = db.prepare(`${COLUMNS} ORDER BY ended, number LIMIT ?`);
  const oldestWhole = db.prepare(`${COLUMNS} WHERE daily = 0 ORDER BY ended, number LIMIT ?`);
  const first = db.prepare('SELECT started, ended FROM snapshots_snapshot ORDER BY ended, number LIMIT 1');
  const firstWhole = db.prepare('SELECT started, ended FROM snapshots_snapshot WHERE daily = 0 ORDER BY ended, number LIMIT 1');
  const overlapping = db.prepare(`${COLUMNS} WHERE ${OVERLAPS} ORDER BY name, version, role, bins, started LIMIT ?`);
  const overlappingCount = db.prepare(`SELECT count(*) AS rows FROM (SELECT 1 FROM snapshots_snapshot WHERE ${OVERLAPS} LIMIT ?)`);
  const mark = db.prepare(
    'INSERT INTO snapshots_mark (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document',
  );
  const forget = db.prepare('DELETE FROM snapshots_mark WHERE key = ?');
  const marks = db.prepare('SELECT key, document FROM snapshots_mark WHERE key > ? ORDER BY key LIMIT ?');
  let { rows, bytes } = db.prepare('SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM snapshots_snapshot').get() as {
    rows: number;
    bytes: number;
  };
  drops['full'] ??= 0;
  drops['bytes'] ??= 0;
  drops['aged'] ??= 0;
  const { rowsMax, bytesMax = Infinity, ageSecondsMax = AGE_SECONDS_MAX, wholeAgeSecondsMax = WHOLE_AGE_SECONDS_MAX } = limits;

  const rowOf = ({ model, subject, name, version, role, bins }: SnapshotKey, daily: 0 | 1, started: number) =>
    find.get(model, subject, name, version, role, bins, daily, started) as Row | undefined;
  const add = (key: SnapshotKey, daily: 0 | 1, [started, ended]: readonly [number, number], document: string) => {
    const size = document.length + key.name.length + ROW_BYTES;
    insert.run(key.model, key.subject, key.name, key.version, key.role, key.bins, daily, started, ended, size, document);
    rows++;
    bytes += size;
  };
  const replace = (row: Row, ended: number, document: string) => {
    const size = document.length + row.name.length + ROW_BYTES;
    update.run(ended, size, document, row.number);
    bytes += size - row.bytes;
  };
  const letGo = (row: Row) => {
    remove.run(row.number);
    rows--;
    bytes -= row.bytes;
  };
  const hasAged = (nowSeconds: number) => isBefore(first.get(), nowSeconds - ageSecondsMax);
  const hasWhole = (nowSeconds: number) => isBefore(firstWhole.get(), nowSeconds - wholeAgeSecondsMax);

  return {
    writes: {
      /** Idempotent by the start of the window: told again, it changes nothing, and a longer one of the same start takes its place. */
      take({ startSeconds, endSeconds, rows: taken, marks: reached, forgotten }: TakenWindow): 'taken' | 'duplicate' {
        let changed = false;
        for (const row of taken) {
          const known = rowOf(row, 0, startSeconds);
          if (known !== undefined && known.ended >= endSeconds) continue;
          changed = true;
          if (known === undefined) add(row, 0, [startSeconds, endSeconds], row.document);
          else replace(known, endSeconds, row.document);
        }
        for (const { key, document } of reached) mark.run(key, document);
        for (const key of forgotten ?? []) forget.run(key);
        while (rows > rowsMax || bytes > bytesMax) {
          drops[rows > rowsMax ? 'full' : 'bytes']!++;
          letGo(oldest.get(1) as Row);
        }
        return changed ? 'taken' : 'duplicate';
      },
    },
    reads: {
      /** Windows that overlap the asked ones, put together by key, the first ROWS_READ_MAX keys. At most ROWS_MERGED_MAX rows are looked at: ask `extent` first. */
      merged(query: SnapshotQuery): readonly MergedSnapshot[] {
        const found: MergedSnapshot[] = [];
        for (const row of overlapping.all(...overlap(query), ROWS_MERGED_MAX) as unknown as Row[]) {
          const last = found.at(-1);
          if (last !== undefined && isSameKey(last, row) && isSameStep(last, row, query)) found[found.length - 1] = putTogether(last, row);
          else if (found.length < ROWS_READ_MAX) found.push(mergedFrom(row));
          else break;
        }
        return found;
      },
      /** How many rows the query would put together, counted no further than beyond what it may. */
      extent(query: SnapshotQuery): readonly { readonly rows: number }[] {
        return [overlappingCount.get(...overlap(query), ROWS_MERGED_MAX + 1) as { rows: number }];
      },
      /** In order of their keys; `after` is the last one of the page before. */
      marks({ after }: { readonly after: string }): readonly SnapshotMark[] {
        return marks.all(after, ROWS_READ_MAX) as unknown as SnapshotMark[];
      },
    },
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    get oldestSeconds() {
      return (first.get() as { readonly started: number } | undefined)?.started;
    },
    sweep(nowSeconds: number): boolean {
      if (hasAged(nowSeconds)) {
        for (const row of oldest.all(SWEEP_ROWS_MAX) as unknown as Row[]) {
          if (row.ended >= nowSeconds - ageSecondsMax) break;
          letGo(row);
          drops['aged']!++;
        }
      }
      if (hasWhole(nowSeconds)) {
        for (const row of oldestWhole.all(SWEEP_ROWS_MAX) as unknown as Row[]) {
          if (row.ended >= nowSeconds - wholeAgeSecondsMax) break;
          const day = Math.floor(row.started / DAY_SECONDS) * DAY_SECONDS;
          const known = rowOf(row, 1, day);
          if (known === undefined) add(row, 1, [day, row.ended], row.document);
          else replace(known, Math.max(known.ended, row.ended), addDocuments(known.document, row.document));
          letGo(row);
        }
      }
      return !hasAged(nowSeconds) && !hasWhole(nowSeconds);
    },
    hasDue: (nowSeconds: number) => hasAged(nowSeconds) || hasWhole(nowSeconds),
  };
}

function overlap({ model, subject, name: ofName, slice, fromSeconds, toSeconds }: SnapshotQuery) {
  const name = ofName ?? null;
  // How the name of each of its values begins.
  const beginning = slice === undefined ? null : `[${JSON.stringify(slice)},`;
  return [model, subject, name, name, beginning, beginning, beginning, toSeconds, fromSeconds] as const;
}

function isBefore(row: unknown, seconds: number): boolean {
  const ended = (row as { readonly ended: number } | undefined)?.ended;
  return ended !== undefined && ended < seconds;
}

const addDocuments = (a: string, b: string): string => JSON.stringify(addCounts(JSON.parse(a) as object, JSON.parse(b) as object));

const isSameKey = (a: SnapshotKey, b: SnapshotKey): boolean =>
  a.name === b.name && a.version === b.version && a.role === b.role && a.bins === b.bins;

const isSameStep = ({ startSeconds }: MergedSnapshot, { started }: Row, { stepSeconds = Infinity }: SnapshotQuery): boolean =>
  Math.floor(startSeconds / stepSeconds) === Math.floor(started / stepSeconds);

function mergedFrom({ model, subject, name, version, role, bins, started, ended, document }: Row): MergedSnapshot {
  return { model, subject, name, version, role, bins, document, rows: 1, startSeconds: started, endSeconds: ended };
}

function putTogether(merged: MergedSnapshot, row: Row): MergedSnapshot {
  return {
    ...merged,
    rows: merged.rows + 1,
    startSeconds: Math.min(merged.startSeconds, row.started),
    endSeconds: Math.max(merged.endSeconds, row.ended),
    document: addDocuments(merged.document, row.document),
  };
}
