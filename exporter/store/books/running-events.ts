import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { EventKind, EventStatus } from '@modelwatch/core';
import { ALL_MODELS } from './event-tallies.js';

/** An event that is under way, or will be: it began, and has not ended as far as is known. */
export interface OpenEvent {
  readonly model: string;
  readonly kind: EventKind;
  readonly startSeconds: number;
  /** When it will end; undefined where nobody knows. */
  readonly endSeconds: number | undefined;
}

/** Events kept in memory for scrapes, which never touch the store. What is beyond is in the log, and in no gauge. */
export const OPEN_EVENTS_MAX = 1000;

interface OpenRow {
  readonly id: string;
  readonly model: string | null;
  readonly kind: EventKind;
  readonly status: EventStatus | null;
  readonly started: number;
  readonly ended: number | null;
}

/** Those of the log that may be under way, by id. `onDropped` counts what finds no room. */
export function openRunningEvents(db: DatabaseSyncInstance, onDropped: () => void) {
  // The clock is not known yet: an end that has passed goes with the first sweep.
  const rows = db
    .prepare(
      `SELECT id, model, kind, status, started, ended FROM events_event WHERE ended IS NOT NULL OR status = 'running'
       ORDER BY ended IS NOT NULL, ended DESC, started DESC LIMIT ?`,
    )
    .all(OPEN_EVENTS_MAX) as unknown as OpenRow[];
  const byId = new Map<string, OpenEvent>();
  let told: readonly OpenEvent[] = [];
  let nextEndSeconds = Infinity;
  const changed = () => {
    told = [...byId.values()];
    nextEndSeconds = Math.min(Infinity, ...told.map(({ endSeconds = Infinity }) => endSeconds));
  };
  for (const row of rows) if (isOpen(row)) byId.set(row.id, openFrom(row));
  changed();

  return {
    /** Takes what is known of an event by now. One that is of all models, or of one that is not configured, is so by its `model`. */
    note(row: OpenRow): void {
      if (!isOpen(row)) {
        if (byId.delete(row.id)) changed();
      } else if (byId.has(row.id) || byId.size < OPEN_EVENTS_MAX) {
        byId.set(row.id, openFrom(row));
        changed();
      } else onDropped();
    },
    /** Lets go what has ended. */
    sweep(nowSeconds: number): void {
      if (nowSeconds < nextEndSeconds) return;
      for (const [id, { endSeconds = Infinity }] of byId) if (endSeconds <= nowSeconds) byId.delete(id);
      changed();
    },
    get told() {
      return told;
    },
  };
}

/** Of one that is said to have succeeded or failed the end has come, or its time does not matter any more. */
const isOpen = ({ status, ended }: OpenRow): boolean => (ended === null ? status === 'running' : status === null || status === 'running');

const openFrom = ({ model, kind, started, ended }: OpenRow): OpenEvent => ({
  model: model ?? ALL_MODELS,
  kind,
  startSeconds: started,
  endSeconds: ended ?? undefined,
});
