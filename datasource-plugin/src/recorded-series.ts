import { DataFrame, DataQueryRequest, DataQueryResponse, FieldType, Labels, LoadingState, TimeRange } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { getDataSourceSrv } from '@grafana/runtime';
import { filter, from, map, Observable, switchMap, take } from 'rxjs';

interface PrometheusQuery extends DataQuery {
  readonly expr: string;
  readonly instant: true;
  readonly range: false;
  readonly format: 'time_series';
}

/** One series at the end of the time range. */
export interface Recorded {
  readonly labels: Labels;
  readonly value: number;
}

/** What is asked, by a name that its answer has. */
export type Expressions<Name extends string> = Readonly<Record<Name, string>>;

/** Instant queries to the linked Prometheus data source, through Grafana's own client of it: one request for all. */
export function recordedSeries<Name extends string>(
  uid: string,
  expressions: Expressions<Name>,
  { range, requestId }: { readonly range: TimeRange; readonly requestId: string },
): Observable<Readonly<Record<Name, readonly Recorded[]>>> {
  const targets = Object.entries<string>(expressions).map(([refId, expr]): PrometheusQuery => ({
    refId,
    expr,
    instant: true,
    range: false,
    format: 'time_series',
  }));
  const request: DataQueryRequest<PrometheusQuery> = {
    app: 'modelwatch',
    requestId: `${requestId}-recorded`,
    interval: '1m',
    intervalMs: 60_000,
    range,
    scopedVars: {},
    startTime: Date.now(),
    targets,
    timezone: 'browser',
  };
  return from(getDataSourceSrv().get(uid)).pipe(
    switchMap((source): Observable<DataQueryResponse> => {
      const answer = source.query(request);
      return 'subscribe' in answer ? answer : from(answer);
    }),
    filter(({ state }) => state !== LoadingState.Loading),
    take(1),
    map(({ data, errors = [] }) => {
      const [fault] = errors;
      if (fault !== undefined) {
        throw new Error(fault.message ?? 'Prometheus did not answer.');
      }
      return Object.fromEntries(targets.map(({ refId }) => [refId, seriesOf(data, refId)])) as unknown as Readonly<
        Record<Name, readonly Recorded[]>
      >;
    }),
  );
}

function seriesOf(frames: readonly DataFrame[], refId: string): Recorded[] {
  return frames
    .filter((frame) => frame.refId === refId)
    .flatMap(({ fields }) => fields.filter(({ type }) => type === FieldType.number))
    .flatMap(({ labels = {}, values }) => {
      const value: unknown = values[values.length - 1];
      return typeof value === 'number' && Number.isFinite(value) ? [{ labels, value }] : [];
    });
}

/** A value of a label within a matcher of PromQL. */
export const quoted = (value: string): string => JSON.stringify(value);

/** Matches a label with what a variable stands for: one value, or several in braces; any where there is none. */
export function matcher(label: string, value: string | undefined): string[] {
  if (value === undefined) {
    return [];
  }
  const several = /^\{(.*)\}$/.exec(value)?.[1];
  if (several === undefined) {
    return [`${label}=${quoted(value)}`];
  }
  const escaped = several.split(',').map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return [`${label}=~${quoted(escaped.join('|'))}`];
}
