import {
  createDataFrame,
  DataFrame,
  DataQueryError,
  DataQueryRequest,
  DataQueryResponse,
  DataSourceApi,
  DataSourceGetTagValuesOptions,
  DataSourceInstanceSettings,
  LoadingState,
  MetricFindValue,
  ScopedVars,
  TestDataSourceResponse,
} from '@grafana/data';
import { getBackendSrv, getTemplateSrv } from '@grafana/runtime';
import type { StreamChange, StreamKind } from '@modelwatch/core';
import { catchError, combineLatest, defer, lastValueFrom, map, Observable, of } from 'rxjs';
import { filteredRows, narrowed, tagKeys, tagValues } from './ad-hoc-filters';
import { annotationSupport } from './annotations';
import { Api } from './api';
import { askedAgain, changesOf } from './changes';
import { checkHealth } from './health';
import type { ModelwatchOptions } from './options';
import { QUERY_KINDS } from './queries';
import { DEFAULT_QUERY, mapFields, migrateQuery, ModelwatchQuery, QUERY_FIELDS } from './query';
import { toQueryError } from './query-error';
import { VariableSupport } from './variables';

interface Part {
  readonly data: DataFrame[];
  readonly errors: DataQueryError[];
}

/** Joins what the files beside it do: each kind of query, the API, words for faults. */
export class ModelwatchDataSource extends DataSourceApi<ModelwatchQuery, ModelwatchOptions> {
  readonly api: Api;
  private readonly options: ModelwatchOptions;
  private readonly changes: Observable<StreamChange>;
  override annotations = annotationSupport;
  override variables: VariableSupport = new VariableSupport(this);

  constructor(settings: DataSourceInstanceSettings<ModelwatchOptions>) {
    super(settings);
    this.api = new Api(getBackendSrv, settings.url ?? '');
    this.changes = changesOf(settings.url ?? '');
    this.options = settings.jsonData;
  }

  override getDefaultQuery(): Partial<ModelwatchQuery> {
    return { ...DEFAULT_QUERY };
  }

  override filterQuery(saved: ModelwatchQuery): boolean {
    return Object.hasOwn(QUERY_KINDS, migrateQuery(saved).queryType);
  }

  override getQueryDisplayText(saved: ModelwatchQuery): string {
    const query = migrateQuery(saved);
    const { queryType } = query;
    return [QUERY_KINDS[queryType]?.label ?? queryType, ...Object.values(mapFields((name) => query[name]))].join(' ');
  }

  override interpolateVariablesInQueries(queries: ModelwatchQuery[], scopedVars: ScopedVars): ModelwatchQuery[] {
    return queries.map((query) => interpolate(migrateQuery(query), scopedVars));
  }

  /** One packet for all targets: a target that fails hides none of the others. To unsubscribe cancels every call. */
  override query(request: DataQueryRequest<ModelwatchQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.filter((target) => !target.hide && this.filterQuery(target)).map(migrateQuery);
    if (targets.length === 0) {
      return of({ data: [], state: LoadingState.Done });
    }
    const isLive = targets.some(changesWith);
    return combineLatest(targets.map((target) => this.answers(interpolate(target, request.scopedVars), request))).pipe(
      map((parts) => {
        const errors = parts.flatMap((part) => part.errors);
        const state = errors.length > 0 ? LoadingState.Error : isLive ? LoadingState.Streaming : LoadingState.Done;
        return { data: parts.flatMap(({ data }) => data), errors, state };
      }),
    );
  }

  override testDatasource(): Promise<TestDataSourceResponse> {
    return lastValueFrom(checkHealth(this.api));
  }

  /** A text of a query with its variables replaced, for what an editor offers. */
  replaced(text: string | undefined, scopedVars: ScopedVars = {}): string | undefined {
    return text === undefined ? undefined : replace(text, scopedVars);
  }

  /** One answer, or where the query is live one after each change. */
  private answers(query: ModelwatchQuery, request: DataQueryRequest<ModelwatchQuery>): Observable<Part> {
    const ask = () => this.part(query, request);
    const kind = changesWith(query);
    return kind === undefined ? ask() : askedAgain(this.changes, kind, ask);
  }

  override getTagKeys(): Promise<MetricFindValue[]> {
    return Promise.resolve(tagKeys());
  }

  override getTagValues({ key, filters }: DataSourceGetTagValuesOptions<ModelwatchQuery>): Promise<MetricFindValue[]> {
    return tagValues(this.api, key, filters);
  }

  private part(asked: ModelwatchQuery, { requestId, range, filters = [] }: DataQueryRequest<ModelwatchQuery>): Observable<Part> {
    const query = narrowed(asked, filters);
    if (query === undefined) {
      return of<Part>({ data: [createDataFrame({ refId: asked.refId, fields: [] })], errors: [] });
    }
    const context = { api: this.api, options: this.options, range, requestId: `${requestId}-${query.refId}` };
    return defer(() => QUERY_KINDS[query.queryType]!.run(query, context)).pipe(
      map((frames): Part => ({ data: frames.map((frame) => saidIfEmpty(filteredRows(query, filters, frame))), errors: [] })),
      catchError((thrown: unknown) => of<Part>({ data: [], errors: [toQueryError(thrown, query.refId)] })),
    );
  }
}

/** Over no rows Grafana's table draws a bare header; a frame without fields is no data to it, and the panel says so in its own words. */
const saidIfEmpty = (frame: DataFrame): DataFrame => (frame.length > 0 ? frame : { ...frame, fields: [] });

/** Undefined where it is empty, or a variable stands for several values or for all: the API is asked of one or of all. */
function replace(text: string, scopedVars: ScopedVars): string | undefined {
  const one = (chosen: string | string[]) => (Array.isArray(chosen) ? (chosen.length === 1 ? chosen[0]! : '') : chosen);
  const value = getTemplateSrv().replace(text, scopedVars, one);
  return value === '' || value === '$__all' ? undefined : value;
}

/** Its variables replaced; one that is empty or stands for all leaves the filter out. */
function interpolate(query: ModelwatchQuery, scopedVars: ScopedVars): ModelwatchQuery {
  const replaced = QUERY_FIELDS.map((name) => [name, query[name] === undefined ? undefined : replace(query[name], scopedVars)]);
  return migrateQuery({ ...query, ...Object.fromEntries(replaced) });
}

/** Of what a change has a query asked again; nothing where it is not live. */
function changesWith({ queryType, live }: ModelwatchQuery): StreamKind | undefined {
  return live === 'on' ? QUERY_KINDS[queryType]?.changesWith : undefined;
}
