import type { DataQuery } from '@grafana/schema';

/** Raised where saved queries mean something else than before; `migrateQuery` brings the older ones along. */
export const QUERY_SCHEMA_VERSION = 2;

/**
 * What a query may say besides its kind, all of it text that may hold template variables. Which of them a kind reads is said in the kind's file; what is
 * empty, or a variable that stands for all, is left out.
 */
export const QUERY_FIELDS = [
  /** Absent: all models, where the kind is of more than one. */
  'model',
  'version',
  /** Name of a slice. */
  'slice',
  /** Absent: the output. */
  'feature',
  'challenger',
  /** Which of the frames of a kind that has several: a key of its PARTS. */
  'part',
  /** `on`: asked again upon each change that the exporter tells of; for kinds that say of what. */
  'live',
  /** By which quality slices are ranked. */
  'rankedBy',
  /** `all`: a row for each quality of a slice. */
  'metrics',
  /** `steps`: quality of a slice within each step of the time range, and not of all time. */
  'period',
  /** What a distribution is compared with: `baseline`, `before` or `window`. */
  'comparedWith',
  /** The window that it is compared with, as Grafana writes times: `now-8d`, or a date. */
  'referenceFrom',
  'referenceTo',
  /** Of recorded series, as the rules name it: `1h`. */
  'window',
  /** Code of the error of a failing request. */
  'reason',
  /** A key of EVENT_KINDS; absent: events of every kind. */
  'eventKind',
  /** A key of ALERT_STATES; absent: alerts of every state. */
  'alertState',
  /** Name of an objective. */
  'slo',
] as const;
export type QueryField = (typeof QUERY_FIELDS)[number];

/** A query as it is saved. */
export interface ModelwatchQuery extends DataQuery, Readonly<Partial<Record<QueryField, string>>> {
  readonly schemaVersion: number;
  /** A key of QUERY_KINDS. */
  readonly queryType: string;
}

export const DEFAULT_QUERY = { schemaVersion: QUERY_SCHEMA_VERSION, queryType: 'models' } as const;

/** Any saved query as one of today; fields that are missing or of the wrong type get the defaults, so that a board that was edited by hand opens. */
export function migrateQuery(saved: unknown): ModelwatchQuery {
  // In schema 1 the kind stood under `kind`.
  const { kind, ...query }: Readonly<Record<string, unknown>> = typeof saved === 'object' && saved !== null ? { ...saved } : {};
  const queryType = [query.queryType, kind].find((name): name is string => typeof name === 'string' && name !== '');
  const rest = Object.fromEntries(Object.entries(query).filter(([name]) => !(QUERY_FIELDS as readonly string[]).includes(name)));
  return {
    ...rest,
    refId: typeof query.refId === 'string' ? query.refId : 'A',
    schemaVersion: QUERY_SCHEMA_VERSION,
    queryType: queryType ?? DEFAULT_QUERY.queryType,
    ...mapFields((name) => (typeof query[name] === 'string' ? query[name] : undefined)),
  };
}

/** What a query says, by a function of the name; what is empty is left out. */
export function mapFields(valueOf: (name: QueryField) => string | undefined): Partial<Record<QueryField, string>> {
  const told = QUERY_FIELDS.map((name) => [name, valueOf(name)] as const).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(told);
}
