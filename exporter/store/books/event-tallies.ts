import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { EVENT_SECONDS_BUCKETS, type EventKind } from '@modelwatch/core';
import { createHistogramCounts, observe, type HistogramCounts } from '../histogram-counts.js';

/** Events without a model are counted under this name, which no model can have. */
export const ALL_MODELS = '__all__';
/** Those of models that are not configured, and of models beyond the cap. */
export const OTHER_MODELS = '__other__';

/** Models and kinds that are counted by themselves; a configuration has at most 1,000 models. */
const TALLIES_MAX = 10_000;

/** Counts of the log's events, kept beside them: an event that goes with its age stays counted. */
export interface LogTally {
  readonly model: string;
  readonly kind: EventKind;
  readonly begun: number;
  readonly succeeded: number;
  readonly failed: number;
  /** From beginning to end, of those whose end is known. */
  readonly duration: HistogramCounts;
  /** When the latest began that took effect; undefined where none has. */
  readonly latestSeconds: number | undefined;
}

/** What one report adds. */
export interface EventStep {
  readonly begins: boolean;
  readonly outcome: 'succeeded' | 'failed' | undefined;
  /** How long it took, where that is known by this report. */
  readonly seconds: number | undefined;
  /** When it began, where it took effect. */
  readonly takesEffectSeconds: number | undefined;
}

/** Of events that are in the log already their durations are not counted. */
export const EVENT_TALLY_SCHEMA = `
  CREATE TABLE events_tally (
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    begun INTEGER NOT NULL,
    succeeded INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    duration TEXT NOT NULL,
    latest REAL,
    PRIMARY KEY (model, kind)
  ) WITHOUT ROWID;
  INSERT INTO events_tally
    SELECT coalesce(model, '${ALL_MODELS}'), kind, count(*), sum(coalesce(status = 'succeeded', 0)), sum(coalesce(status = 'failed', 0)),
      '', max(CASE WHEN status IS NULL OR status = 'succeeded' THEN started END)
    FROM events_event GROUP BY 1, 2;
`;

interface TallyRow extends Pick<LogTally, 'model' | 'kind' | 'begun' | 'succeeded' | 'failed'> {
  readonly duration: string;
  readonly latest: number | null;
}

/** The counts of the log, each written in the transaction of the event it counts. */
export function openEventTallies(db: DatabaseSyncInstance) {
  const save = db.prepare(
    `INSERT INTO events_tally (model, kind, begun, succeeded, failed, duration, latest) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (model, kind) DO UPDATE SET begun = excluded.begun, succeeded = excluded.succeeded, failed = excluded.failed,
       duration = excluded.duration, latest = excluded.latest`,
  );
  const rows = db
    .prepare('SELECT model, kind, begun, succeeded, failed, duration, latest FROM events_tally')
    .all() as unknown as TallyRow[];
  const byKey = new Map(rows.map((row) => [keyOf(row.model, row.kind), tallyFrom(row)]));
  let told: readonly LogTally[] = [...byKey.values()];

  return {
    count(model: string, kind: EventKind, { begins, outcome, seconds, takesEffectSeconds }: EventStep): void {
      const isKnown = byKey.has(keyOf(model, kind));
      const name = isKnown || byKey.size < TALLIES_MAX ? model : OTHER_MODELS;
      const before = byKey.get(keyOf(name, kind)) ?? emptyTally(name, kind);
      const { counts, sum } = before.duration;
      const duration = { counts: [...counts], sum };
      if (seconds !== undefined) observe(duration, EVENT_SECONDS_BUCKETS, seconds);
      const latest = Math.max(before.latestSeconds ?? -1, takesEffectSeconds ?? -1);
      const after: LogTally = {
        ...before,
        begun: before.begun + (begins ? 1 : 0),
        succeeded: before.succeeded + (outcome === 'succeeded' ? 1 : 0),
        failed: before.failed + (outcome === 'failed' ? 1 : 0),
        duration,
        latestSeconds: latest < 0 ? undefined : latest,
      };
      save.run(name, kind, after.begun, after.succeeded, after.failed, JSON.stringify(duration), after.latestSeconds ?? null);
      byKey.set(keyOf(name, kind), after);
      told = [...byKey.values()];
    },
    /** All of them; another array once one has changed. */
    get told() {
      return told;
    },
  };
}

const keyOf = (model: string, kind: EventKind): string => `${model} ${kind}`;

const emptyTally = (model: string, kind: EventKind): LogTally => ({
  model,
  kind,
  begun: 0,
  succeeded: 0,
  failed: 0,
  duration: createHistogramCounts(EVENT_SECONDS_BUCKETS),
  latestSeconds: undefined,
});

function tallyFrom({ duration, latest, ...rest }: TallyRow): LogTally {
  return {
    ...rest,
    duration: duration === '' ? createHistogramCounts(EVENT_SECONDS_BUCKETS) : (JSON.parse(duration) as HistogramCounts),
    latestSeconds: latest ?? undefined,
  };
}
