import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Sample } from '../../samples/sample.js';
import { ROWS_READ_MAX, type Book, type BookOptions } from './book.js';

/** Where a page ended: the next one goes on behind it, to older ones. */
export interface SampleCursor {
  readonly timeSeconds: number;
  readonly number: number;
}

export interface SampleQuery {
  readonly model: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly failing?: boolean;
  readonly reason?: string;
  readonly before?: SampleCursor;
  readonly samplesMax: number;
}

export interface KeptSample {
  readonly sample: Sample;
  readonly cursor: SampleCursor;
}

const AGE_SECONDS_MAX = 14 * 86_400;
/** Samples let go in one transaction. */
const SWEEP_ROWS_MAX = 500;
/** What a row takes on disk besides its document, its places in the indexes included. */
const ROW_BYTES = 200;

/** Requests that were kept, masked. The oldest make room for the newest, in number and in bytes; each goes when its time has passed. */
export const sampleBook = {
  name: 'samples',
  migrations: [
    `
    CREATE TABLE samples_sample (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      time REAL NOT NULL,
      model TEXT NOT NULL,
      failing INTEGER NOT NULL,
      reason TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      document TEXT NOT NULL
    );
    CREATE INDEX samples_time ON samples_sample (time, number);
    CREATE INDEX samples_model ON samples_sample (model, time, number);
    `,
  ],
  limits: { rowsMax: 10_000, bytesMax: 67_108_864, ageSecondsMax: AGE_SECONDS_MAX },
  open,
} satisfies Book;

interface Row {
  readonly number: number;
  readonly time: number;
  readonly bytes: number;
  readonly document: string;
}

function open(db: DatabaseSyncInstance, { limits, drops }: BookOptions) {
  const find = db.prepare('SELECT number FROM samples_sample WHERE id = ?');
  const insert = db.prepare('INSERT INTO samples_sample (id, time, model, failing, reason, bytes, document) VALUES (?, ?, ?, ?, ?, ?, ?)');
  const page = db.prepare(
    `SELECT number, time, bytes, document FROM samples_sample WHERE model = ? AND time >= ? AND time < ? AND (time, number) < (?, ?)
     AND (? IS NULL OR failing = ?) AND (? IS NULL OR reason = ?) ORDER BY time DESC, number DESC LIMIT ?`,
  );
  const oldest = db.prepare('SELECT number, time, bytes, document FROM samples_sample ORDER BY time, number LIMIT ?');
  const first = db.prepare('SELECT time FROM samples_sample ORDER BY time, number LIMIT 1');
  const remove = db.prepare('DELETE FROM samples_sample WHERE number = ?');
  let { rows, bytes } = db.prepare('SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM samples_sample').get() as {
    rows: number;
    bytes: number;
  };
  drops['full'] ??= 0;
  drops['bytes'] ??= 0;
  drops['aged'] ??= 0;
  const { rowsMax, bytesMax = Infinity, ageSecondsMax = AGE_SECONDS_MAX } = limits;
  const firstTime = () => (first.get() as { readonly time: number } | undefined)?.time;
  const letGo = (row: Row, reason: 'full' | 'bytes' | 'aged') => {
    remove.run(row.number);
    rows--;
    bytes -= row.bytes;
    drops[reason]!++;
  };
  const hasDue = (nowSeconds: number) => (firstTime() ?? Infinity) < nowSeconds - ageSecondsMax;

  return {
    writes: {
      /** Idempotent by the id of each. Gives how many were not there before. */
      keep({ samples }: { readonly samples: readonly Sample[] }): number {
        let kept = 0;
        for (const sample of samples) {
          if (find.get(sample.id) !== undefined) continue;
          const document = JSON.stringify(sample);
          const size = document.length + ROW_BYTES;
          insert.run(sample.id, sample.timeSeconds, sample.model, sample.failing ? 1 : 0, sample.reason, size, document);
          rows++;
          bytes += size;
          kept++;
        }
        while (rows > rowsMax || bytes > bytesMax) letGo(oldest.get(1) as unknown as Row, rows > rowsMax ? 'full' : 'bytes');
        return kept;
      },
    },
    reads: {
      /** The latest first. */
      samples({ model, fromSeconds, toSeconds, failing, reason = undefined, before, samplesMax }: SampleQuery): readonly KeptSample[] {
        const { timeSeconds, number } = before ?? { timeSeconds: Number.MAX_VALUE, number: 0 };
        const isFailing = failing === undefined ? null : failing ? 1 : 0;
        const found = page.all(
          ...[model, fromSeconds, toSeconds, timeSeconds, number, isFailing, isFailing, reason ?? null, reason ?? null],
          Math.min(samplesMax, ROWS_READ_MAX),
        ) as unknown as Row[];
        return found.map((row) => ({ sample: JSON.parse(row.document) as Sample, cursor: { timeSeconds: row.time, number: row.number } }));
      },
    },
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    get oldestSeconds() {
      return firstTime();
    },
    sweep(nowSeconds: number): boolean {
      if (!hasDue(nowSeconds)) return true;
      for (const row of oldest.all(SWEEP_ROWS_MAX) as unknown as Row[]) {
        if (row.time >= nowSeconds - ageSecondsMax) break;
        letGo(row, 'aged');
      }
      return !hasDue(nowSeconds);
    },
    hasDue,
  };
}
