import type { DataQuery } from '@grafana/schema';
import type { EventKind } from '@modelwatch/core';

/** Raised where saved queries mean something else than before; `migrateQuery` brings the older ones along. */
export const QUERY_SCHEMA_VERSION = 1;

/** A query as it is saved. Which of its fields a kind reads is said in the kind's file. */
export interface ModelwatchQuery extends DataQuery {
  readonly schemaVersion: number;
  /** A key of QUERY_KINDS. */
  readonly kind: string;
  /** Empty: all models. */
  readonly model?: string;
  /** Empty: events of every kind. May be a template variable. */
  readonly eventKind?: EventKind | string;
}

export const DEFAULT_QUERY = { schemaVersion: QUERY_SCHEMA_VERSION, kind: 'models' } as const;

/** Any saved query as one of today; fields that are missing or of the wrong type get the defaults, so that a board that was edited by hand opens. */
export function migrateQuery(saved: unknown): ModelwatchQuery {
  const query = typeof saved === 'object' && saved !== null ? (saved as Partial<Record<keyof ModelwatchQuery, unknown>>) : {};
  const { model, eventKind, ...rest } = query;
  return {
    ...(rest as Partial<DataQuery>),
    refId: typeof query.refId === 'string' ? query.refId : 'A',
    schemaVersion: QUERY_SCHEMA_VERSION,
    kind: typeof query.kind === 'string' ? query.kind : DEFAULT_QUERY.kind,
    ...(typeof model === 'string' && model !== '' ? { model } : {}),
    ...(typeof eventKind === 'string' && eventKind !== '' ? { eventKind } : {}),
  };
}
