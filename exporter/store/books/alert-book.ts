import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { AlertRecord, AlertsTaken, AlertState, RemedyKind } from '@modelwatch/core';
import { ALERT_TALLY_SCHEMA, openAlertTallies, type AlertLabels } from './alert-tallies.js';
import { ROWS_READ_MAX, type Book, type BookOptions, type Remedy } from './book.js';
import type { EventCursor } from './event-book.js';

/** One alert of a message of Alertmanager: it fires, or has an end. */
export interface AlertReport extends Pick<AlertRecord, 'fingerprint' | 'name' | 'model' | 'severity' | 'startSeconds' | 'endSeconds'> {
  readonly summary?: string;
  readonly labels: AlertRecord['labels'];
  readonly counted: AlertLabels;
  /** Whether a change of its model remedies it. */
  readonly isOnData: boolean;
}

export interface AlertQuery {
  /** Alerts that had not ended before. */
  readonly fromSeconds: number;
  /** Alerts that had begun before. */
  readonly toSeconds: number;
  readonly model?: string;
  readonly state?: AlertState;
  readonly after?: EventCursor;
  readonly alertsMax: number;
}

/** An alert with its place in the log. */
export interface LoggedAlert {
  readonly alert: AlertRecord;
  readonly cursor: EventCursor;
}

const AGE_SECONDS_MAX = 400 * 86_400;
const UNHEARD_SECONDS_MAX = 8 * 86_400;
/** Alerts let go, or given up, in one transaction. */
const SWEEP_ROWS_MAX = 500;

/** What Alertmanager tells: each alert a row, from its beginning to its end. The oldest make room for the newest; each goes when its time has passed. */
export const alertBook = {
  name: 'alerts',
  migrations: [
    `
    CREATE TABLE alerts_alert (
      number INTEGER PRIMARY KEY,
      fingerprint TEXT NOT NULL,
      name TEXT NOT NULL,
      model TEXT,
      severity TEXT,
      state TEXT NOT NULL,
      started REAL NOT NULL,
      ended REAL,
      heard REAL NOT NULL,
      on_data INTEGER NOT NULL,
      remedied REAL,
      remedy TEXT,
      summary TEXT,
      labels TEXT NOT NULL,
      counted_model TEXT NOT NULL,
      counted_severity TEXT NOT NULL,
      UNIQUE (fingerprint, started)
    );
    CREATE INDEX alerts_started ON alerts_alert (started, number);
    CREATE INDEX alerts_heard ON alerts_alert (state, heard);
    CREATE INDEX alerts_model ON alerts_alert (model, state);
    ${ALERT_TALLY_SCHEMA}
    `,
  ],
  limits: { rowsMax: 100_000, ageSecondsMax: AGE_SECONDS_MAX, unheardSecondsMax: UNHEARD_SECONDS_MAX },
  open,
} satisfies Book;

interface AlertRow {
  readonly number: number;
  readonly fingerprint: string;
  readonly name: string;
  readonly model: string | null;
  readonly severity: string | null;
  readonly state: AlertState;
  readonly started: number;
  readonly ended: number | null;
  readonly on_data: number;
  readonly remedied: number | null;
  readonly remedy: RemedyKind | null;
  readonly summary: string | null;
  readonly labels: string;
  readonly counted_model: string;
  readonly counted_severity: string;
}
/** What is asked of a row that ceases to fire, or goes. */
type Parting = Pick<AlertRow, 'state' | 'counted_model' | 'counted_severity'>;

const COLUMNS = 'SELECT * FROM alerts_alert';
const PARTING = 'RETURNING state, counted_model, counted_severity';

function prepare(db: DatabaseSyncInstance) {
  return {
    find: db.prepare(`${COLUMNS} WHERE fingerprint = ? AND started = ?`),
    later: db.prepare('SELECT min(started) AS started FROM alerts_alert WHERE fingerprint = ? AND started > ?'),
    earlier: db.prepare(`${COLUMNS} WHERE fingerprint = ? AND started < ? AND (state = 'firing' OR (state = 'unheard' AND ended > ?))`),
    insert: db.prepare(
      `INSERT INTO alerts_alert (fingerprint, name, model, severity, state, started, ended, heard, on_data, summary, labels, counted_model,
         counted_severity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    hear: db.prepare('UPDATE alerts_alert SET heard = max(heard, ?) WHERE number = ?'),
    turn: db.prepare('UPDATE alerts_alert SET state = ?, ended = ? WHERE number = ?'),
    remediable: db.prepare(
      `${COLUMNS} WHERE model = ? AND state = 'firing' AND on_data = 1 AND remedied IS NULL AND started <= ? ORDER BY number`,
    ),
    remedy: db.prepare('UPDATE alerts_alert SET remedied = ?, remedy = ? WHERE number = ?'),
    page: db.prepare(
      `${COLUMNS} WHERE started < ? AND (ended IS NULL OR ended >= ?) AND (started, number) > (?, ?)
       AND (? IS NULL OR model = ?) AND (? IS NULL OR state = ?) ORDER BY started, number LIMIT ?`,
    ),
    dropOldest: db.prepare(
      `DELETE FROM alerts_alert WHERE number = (SELECT number FROM alerts_alert ORDER BY started, number LIMIT 1) ${PARTING}`,
    ),
    dropAged: db.prepare(
      `DELETE FROM alerts_alert WHERE number IN (SELECT number FROM alerts_alert WHERE started < ? ORDER BY started, number LIMIT ?) ${PARTING}`,
    ),
    giveUp: db.prepare(
      `UPDATE alerts_alert SET state = 'unheard', ended = heard WHERE number IN
         (SELECT number FROM alerts_alert WHERE state = 'firing' AND heard < ? ORDER BY heard LIMIT ?)
       RETURNING 'firing' AS state, counted_model, counted_severity`,
    ),
    oldest: db.prepare('SELECT min(started) AS seconds FROM alerts_alert'),
    longestUnheard: db.prepare("SELECT min(heard) AS seconds FROM alerts_alert WHERE state = 'firing'"),
  };
}

function open(db: DatabaseSyncInstance, { limits, drops }: BookOptions) {
  const ask = prepare(db);
  let { rows } = db.prepare('SELECT count(*) AS rows FROM alerts_alert').get() as { rows: number };
  const firingNow = db
    .prepare(
      `SELECT counted_model AS model, counted_severity AS severity, count(*) AS count FROM alerts_alert WHERE state = 'firing' GROUP BY 1, 2`,
    )
    .all() as { model: string; severity: string; count: number }[];
  const tallies = openAlertTallies(db, firingNow);
  drops['full'] ??= 0;
  drops['aged'] ??= 0;
  const { ageSecondsMax = AGE_SECONDS_MAX, unheardSecondsMax = UNHEARD_SECONDS_MAX } = limits;

  const fires = (row: Parting, change: 1 | -1): void => {
    tallies.fires({ model: row.counted_model, severity: row.counted_severity }, change);
  };
  const gone = (parted: readonly Parting[], reason: 'full' | 'aged'): void => {
    for (const row of parted) if (row.state === 'firing') fires(row, -1);
    rows -= parted.length;
    drops[reason]! += parted.length;
  };
  const resolve = (row: AlertRow, ended: number): void => {
    ask.turn.run('resolved', ended, row.number);
    if (row.state === 'firing') fires(row, -1);
    if (row.on_data === 1 && row.remedied === null) tallies.remedied(row.counted_model, 'resolved', ended - row.started);
  };

  /** An alert of these labels that begins anew has ended before, whether that was told or not. */
  const endOf = (report: AlertReport): Pick<AlertRow, 'state' | 'ended'> => {
    if (report.endSeconds !== undefined) return { state: 'resolved', ended: Math.max(report.endSeconds, report.startSeconds) };
    const { started } = ask.later.get(report.fingerprint, report.startSeconds) as { readonly started: number | null };
    return started === null ? { state: 'firing', ended: null } : { state: 'unheard', ended: started };
  };
  const begin = (report: AlertReport, nowSeconds: number): void => {
    const { fingerprint, name, model = null, severity = null, startSeconds, summary = null, labels, counted, isOnData } = report;
    for (const row of ask.earlier.all(fingerprint, startSeconds, startSeconds) as unknown as AlertRow[]) {
      ask.turn.run('unheard', startSeconds, row.number);
      if (row.state === 'firing') fires(row, -1);
    }
    const { state, ended } = endOf(report);
    const told = [summary, JSON.stringify(labels), counted.model, counted.severity];
    ask.insert.run(fingerprint, name, model, severity, state, startSeconds, ended, nowSeconds, isOnData ? 1 : 0, ...told);
    rows++;
    tallies.begins(counted);
    if (state === 'firing') tallies.fires(counted, 1);
    else if (state === 'resolved' && isOnData) tallies.remedied(counted.model, 'resolved', ended! - startSeconds);
    while (rows > limits.rowsMax) gone(ask.dropOldest.all() as unknown as Parting[], 'full');
  };
  const take = (report: AlertReport, nowSeconds: number): keyof AlertsTaken => {
    const known = ask.find.get(report.fingerprint, report.startSeconds) as AlertRow | undefined;
    if (known === undefined) {
      begin(report, nowSeconds);
      return 'begun';
    }
    ask.hear.run(nowSeconds, known.number);
    if (known.state === 'resolved') return 'repeated';
    const { state, ended } = endOf(report);
    if (state === 'resolved') {
      resolve(known, ended!);
      return 'ended';
    }
    if (known.state === 'unheard' && state === 'firing') {
      ask.turn.run('firing', null, known.number);
      fires(known, 1);
    }
    return 'repeated';
  };
  const isBefore = (found: unknown, seconds: number): boolean => {
    const { seconds: earliest } = found as { readonly seconds: number | null };
    return earliest !== null && earliest < seconds;
  };
  const hasDue = (nowSeconds: number): boolean =>
    isBefore(ask.oldest.get(), nowSeconds - ageSecondsMax) || isBefore(ask.longestUnheard.get(), nowSeconds - unheardSecondsMax);

  return {
    writes: {
      /** Idempotent by fingerprint and beginning. All of a message, or nothing of it. What has ended begins no more. */
      take(reports: readonly AlertReport[], nowSeconds: number): AlertsTaken {
        const taken = { begun: 0, ended: 0, repeated: 0 };
        for (const report of reports) taken[take(report, nowSeconds)]++;
        return taken;
      },
    },
    reads: {
      /** In order of their beginning, then of their arrival. */
      alerts({ fromSeconds, toSeconds, model: ofModel, state: ofState, after, alertsMax }: AlertQuery): readonly LoggedAlert[] {
        const [model, state] = [ofModel ?? null, ofState ?? null];
        const { timeSeconds, number } = after ?? { timeSeconds: -1, number: 0 };
        const limit = Math.min(alertsMax, ROWS_READ_MAX);
        const found = ask.page.all(toSeconds, fromSeconds, timeSeconds, number, model, model, state, state, limit) as unknown as AlertRow[];
        return found.map((row) => ({ alert: alertFrom(row), cursor: { timeSeconds: row.started, number: row.number } }));
      },
    },
    /** Of the log of events: alerts on the data of a model that fire at that time are remedied by it, each by the first. */
    remedy({ model, kind, seconds }: Remedy): void {
      for (const row of ask.remediable.all(model, seconds) as unknown as AlertRow[]) {
        ask.remedy.run(seconds, kind, row.number);
        tallies.remedied(row.counted_model, 'remedied', seconds - row.started);
      }
    },
    get rows() {
      return rows;
    },
    get told() {
      return tallies.told;
    },
    sweep(nowSeconds: number): boolean {
      if (!hasDue(nowSeconds)) return true;
      gone(ask.dropAged.all(nowSeconds - ageSecondsMax, SWEEP_ROWS_MAX) as unknown as Parting[], 'aged');
      for (const row of ask.giveUp.all(nowSeconds - unheardSecondsMax, SWEEP_ROWS_MAX) as unknown as Parting[]) fires(row, -1);
      return !hasDue(nowSeconds);
    },
    hasDue,
  };
}

function alertFrom({
  fingerprint,
  name,
  model,
  severity,
  state,
  started,
  ended,
  remedied,
  remedy,
  summary,
  labels,
}: AlertRow): AlertRecord {
  return {
    fingerprint,
    name,
    ...(model === null ? {} : { model }),
    ...(severity === null ? {} : { severity }),
    state,
    startSeconds: started,
    ...(ended === null ? {} : { endSeconds: ended }),
    ...(remedied === null || remedy === null ? {} : { remediedSeconds: remedied, remedy }),
    ...(summary === null ? {} : { summary }),
    labels: JSON.parse(labels) as AlertRecord['labels'],
  };
}
