import { CoreApp, DataFrame, DataQueryRequest, DataQueryResponse, dateTime, FieldType, LoadingState, TimeRange } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import type { DataQuery } from '@grafana/schema';
import { filter, from, last, map, Observable, switchMap } from 'rxjs';

/** One series of an instant answer. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface InstantTarget extends DataQuery {
  readonly expr: string;
  readonly instant: true;
  readonly range: false;
  readonly format: 'time_series';
}

/**
 * Asks the linked Prometheus data source for values at the end of the range, several questions in one request, by name. What counts over all replicas stands
 * there alone: a sidecar knows but its own.
 */
export function askPrometheus<Name extends string>(
  uid: string,
  questions: Readonly<Record<Name, string>>,
  { range, requestId }: { readonly range: TimeRange; readonly requestId: string },
): Observable<Readonly<Record<Name, readonly Sample[]>>> {
  const names = Object.keys(questions) as Name[];
  const targets = names.map((refId): InstantTarget => ({
    refId,
    expr: questions[refId],
    instant: true,
    range: false,
    format: 'time_series',
    datasource: { uid },
  }));
  const request: DataQueryRequest<InstantTarget> = {
    app: CoreApp.Unknown,
    requestId,
    targets,
    range,
    interval: '1m',
    intervalMs: 60_000,
    maxDataPoints: 1,
    scopedVars: {},
    timezone: 'utc',
    startTime: dateTime().valueOf(),
  };
  // What is to replace it is not in Grafana 12.3.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return from(getDataSourceSrv().get({ uid })).pipe(
    switchMap((source): Observable<DataQueryResponse> => from(source.query(request) as Observable<DataQueryResponse>)),
    filter(({ state }) => state !== LoadingState.Loading),
    last(),
    map(({ data, errors }) => {
      const fault = errors?.[0];
      if (fault !== undefined) {
        throw new Error(`Prometheus: ${fault.message ?? fault.data?.message ?? 'the query failed'}`);
      }
      const frames = data as DataFrame[];
      const found = names.map((name) => [name, frames.filter(({ refId }) => refId === name).flatMap(samplesOf)]);
      return Object.fromEntries(found) as Record<Name, Sample[]>;
    }),
  );
}

/** A frame a series with labels at its number, or a table with a column a label: both are what Prometheus' data source gives. */
function samplesOf({ fields, length }: DataFrame): Sample[] {
  const numbers = fields.filter(({ type }) => type === FieldType.number);
  const columns = fields.filter(({ type }) => type === FieldType.string);
  return numbers.flatMap(({ labels, values }) =>
    Array.from({ length }, (_, row): Sample => {
      const own = Object.fromEntries(columns.map(({ name, values: texts }) => [name, String(texts[row])]));
      return { labels: { ...own, ...labels }, value: Number(values[row]) };
    }).filter(({ value }) => !Number.isNaN(value)),
  );
}

/** A text within quotes of PromQL. */
export const quoted = (text: string): string => JSON.stringify(text);

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
