import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { REMEDY_KINDS, type EventKind, type EventStatus, type OperationalEvent } from '@modelwatch/core';
import { ROWS_READ_MAX, type Book, type BookOptions } from './book.js';
import { ALL_MODELS, EVENT_TALLY_SCHEMA, openEventTallies, type EventStep, type LogTally } from './event-tallies.js';
import { openRunningEvents, type OpenEvent } from './running-events.js';

/** A report of an event: what is not known yet is absent, the time too where it is the moment of arrival. */
export type EventReport = Omit<OperationalEvent, 'timeSeconds'> & {
  readonly timeSeconds?: number;
  /** The name it is counted under, where that is not its model's. */
  readonly countedAs?: string;
};

/** `conflict`: the report contradicts what is known under its id. */
export type RecordOutcome = 'recorded' | 'updated' | 'duplicate' | 'conflict';

/** Where a page ended: the next one goes on behind it. */
export interface EventCursor {
  readonly timeSeconds: number;
  readonly number: number;
}

export interface EventQuery {
  /** Events that had not ended before. */
  readonly fromSeconds: number;
  /** Events that had begun before. */
  readonly toSeconds: number;
  readonly model?: string;
  readonly kind?: EventKind;
  readonly after?: EventCursor;
  readonly eventsMax: number;
}

/** An event with its place in the log. */
export interface LoggedEvent {
  readonly event: OperationalEvent;
  readonly cursor: EventCursor;
}

/** What scrapes show of the log. */
export interface LogReading {
  readonly tallies: readonly LogTally[];
  readonly open: readonly OpenEvent[];
}

const AGE_SECONDS_MAX = 400 * 86_400;
/** Events let go in one transaction. */
const SWEEP_ROWS_MAX = 500;

/** Deploys, training jobs, incidents and what else happened, by time. The oldest make room for the newest; each goes when its time has passed. */
export const eventBook = {
  name: 'events',
  migrations: [
    `
    CREATE TABLE events_event (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      model TEXT,
      version TEXT,
      status TEXT,
      started REAL NOT NULL,
      ended REAL,
      text TEXT
    );
    CREATE INDEX events_started ON events_event (started, number);
    `,
    EVENT_TALLY_SCHEMA,
  ],
  limits: { rowsMax: 100_000, ageSecondsMax: AGE_SECONDS_MAX },
  open,
} satisfies Book;

interface EventRow {
  readonly number: number;
  readonly id: string;
  readonly kind: EventKind;
  readonly model: string | null;
  readonly version: string | null;
  readonly status: EventStatus | null;
  readonly started: number;
  readonly ended: number | null;
  readonly text: string | null;
}

const COLUMNS = 'SELECT number, id, kind, model, version, status, started, ended, text FROM events_event';

function open(db: DatabaseSyncInstance, { limits, drops, remedy }: BookOptions) {
  const find = db.prepare(`${COLUMNS} WHERE id = ?`);
  const insert = db.prepare(
    'INSERT INTO events_event (id, kind, model, version, status, started, ended, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const update = db.prepare('UPDATE events_event SET version = ?, status = ?, ended = ?, text = ? WHERE id = ?');
  const page = db.prepare(
    `${COLUMNS} WHERE started < ? AND coalesce(ended, started) >= ? AND (started, number) > (?, ?)
     AND (? IS NULL OR model = ? OR model IS NULL) AND (? IS NULL OR kind = ?) ORDER BY started, number LIMIT ?`,
  );
  const dropOldest = db.prepare(
    'DELETE FROM events_event WHERE number = (SELECT number FROM events_event ORDER BY started, number LIMIT 1)',
  );
  const dropAged = db.prepare(
    'DELETE FROM events_event WHERE number IN (SELECT number FROM events_event WHERE started < ? ORDER BY started, number LIMIT ?)',
  );
  const oldest = db.prepare('SELECT min(started) AS started FROM events_event');
  let { rows } = db.prepare('SELECT count(*) AS rows FROM events_event').get() as { rows: number };
  drops['full'] ??= 0;
  drops['aged'] ??= 0;
  drops['open'] ??= 0;
  const ageSecondsMax = limits.ageSecondsMax ?? AGE_SECONDS_MAX;
  const tallies = openEventTallies(db);
  const running = openRunningEvents(db, () => drops['open']!++);
  let told: LogReading = { tallies: tallies.told, open: running.told };
  const tellRemedy = ({ kind, model, status, started, ended }: Pick<EventRow, 'kind' | 'model' | 'status' | 'started' | 'ended'>): void => {
    const remedyKind = REMEDY_KINDS.find((one) => one === kind);
    // What fails, or may yet, has put nothing in force.
    if (remedyKind !== undefined && model !== null && (status === null || status === 'succeeded'))
      remedy({ model, kind: remedyKind, seconds: ended ?? started });
  };
  const hasDue = (nowSeconds: number): boolean => {
    const { started } = oldest.get() as { readonly started: number | null };
    return started !== null && started < nowSeconds - ageSecondsMax;
  };

  return {
    writes: {
      /** Idempotent by the id. A later report fills in version, status, end and text; a status moves on from `running` alone. */
      record(report: EventReport, nowSeconds: number): RecordOutcome {
        const known = find.get(report.id) as EventRow | undefined;
        if (known !== undefined) {
          const next = merged(known, report);
          if (next === undefined) return 'conflict';
          if (FILLED.every((key) => next[key] === known[key])) return 'duplicate';
          update.run(next.version, next.status, next.ended, next.text, known.id);
          running.note({ ...known, ...next });
          tallies.count(report.countedAs ?? known.model ?? ALL_MODELS, known.kind, stepOf({ ...known, ...next }, known));
          tellRemedy({ ...known, ...next });
          return 'updated';
        }
        const { id, kind, model = null, version = null, status = null, timeSeconds = nowSeconds, endSeconds = null, text = null } = report;
        insert.run(id, kind, model, version, status, timeSeconds, endSeconds, text);
        running.note({ id, kind, model, status, started: timeSeconds, ended: endSeconds });
        tallies.count(report.countedAs ?? model ?? ALL_MODELS, kind, stepOf({ status, started: timeSeconds, ended: endSeconds }));
        tellRemedy({ kind, model, status, started: timeSeconds, ended: endSeconds });
        rows++;
        while (rows > limits.rowsMax) {
          dropOldest.run();
          rows--;
          drops['full']!++;
        }
        return 'recorded';
      },
    },
    reads: {
      /** In order of their beginning, then of their arrival. Events of all models belong to each. */
      events({ fromSeconds, toSeconds, model: ofModel, kind: ofKind, after, eventsMax }: EventQuery): readonly LoggedEvent[] {
        const [model, kind] = [ofModel ?? null, ofKind ?? null];
        const { timeSeconds, number } = after ?? { timeSeconds: -1, number: 0 };
        const limit = Math.min(eventsMax, ROWS_READ_MAX);
        const found = page.all(toSeconds, fromSeconds, timeSeconds, number, model, model, kind, kind, limit) as EventRow[];
        return found.map((row) => ({ event: eventFrom(row), cursor: { timeSeconds: row.started, number: row.number } }));
      },
    },
    get rows() {
      return rows;
    },
    get told() {
      if (told.tallies !== tallies.told || told.open !== running.told) told = { tallies: tallies.told, open: running.told };
      return told;
    },
    sweep(nowSeconds: number): boolean {
      running.sweep(nowSeconds);
      if (!hasDue(nowSeconds)) return true;
      const gone = Number(dropAged.run(nowSeconds - ageSecondsMax, SWEEP_ROWS_MAX).changes);
      rows -= gone;
      drops['aged']! += gone;
      return !hasDue(nowSeconds);
    },
    hasDue,
  };
}

type Progress = Pick<EventRow, 'status' | 'started' | 'ended'>;

/** What a report has added to what was known of an event, if anything was. */
function stepOf({ status, started, ended }: Progress, before?: Progress): EventStep {
  const settled = status === 'succeeded' || status === 'failed' ? status : undefined;
  return {
    begins: before === undefined,
    outcome: before?.status === status ? undefined : settled,
    seconds: ended === null || (before !== undefined && before.ended !== null) ? undefined : ended - started,
    // What fails, or may yet, has put nothing in force.
    takesEffectSeconds: status === null || status === 'succeeded' ? started : undefined,
  };
}

/** What a later report may tell of an event. */
const FILLED = ['version', 'status', 'ended', 'text'] as const;

/** What is known once the report is taken in; undefined where it contradicts what was known. */
function merged(known: EventRow, report: EventReport): Pick<EventRow, (typeof FILLED)[number]> | undefined {
  const { kind, model = null, version = null, status = null, timeSeconds = known.started, endSeconds = null, text = null } = report;
  if (kind !== known.kind || model !== known.model || timeSeconds !== known.started) return undefined;
  if (endSeconds !== null && endSeconds < known.started) return undefined;
  const fits = (before: string | number | null, now: string | number | null) => before === null || now === null || before === now;
  // A start that is sent again after the end is a repeat, not a contradiction.
  const isSettled = known.status !== null && known.status !== 'running';
  const nextStatus = status === null || (status === 'running' && isSettled) ? known.status : status;
  if (isSettled && nextStatus !== known.status) return undefined;
  if (!fits(known.version, version) || !fits(known.ended, endSeconds)) return undefined;
  return { version: known.version ?? version, status: nextStatus, ended: known.ended ?? endSeconds, text: known.text ?? text };
}

function eventFrom({ id, kind, model, version, status, started, ended, text }: EventRow): OperationalEvent {
  return {
    id,
    kind,
    ...(model === null ? {} : { model }),
    ...(version === null ? {} : { version }),
    ...(status === null ? {} : { status }),
    timeSeconds: started,
    ...(ended === null ? {} : { endSeconds: ended }),
    ...(text === null ? {} : { text }),
  };
}
