import type { BackendSrv } from '@grafana/runtime';
import type { AlertRecord, AlertsAnswer, ApiAbout, EventsAnswer, ModelsAnswer, OperationalEvent } from '@modelwatch/core';
import { EMPTY, expand, map, Observable, reduce } from 'rxjs';

/** The API that this data source speaks; it was raised where what answers mean changed. */
export const API_VERSION = 1;

export interface EventsAsked {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly model?: string;
  readonly kind?: string;
}

export interface AlertsAsked {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly model?: string;
  readonly state?: string;
}

/** Of a query string; what is undefined is left out. */
export type Params = Readonly<Record<string, string | number | undefined>>;

export interface EventsFound {
  readonly events: readonly OperationalEvent[];
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

export interface AlertsFound {
  readonly rows: readonly AlertRecord[];
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

const PAGE_ROWS_MAX = 1000;
/** Beyond it a board is told that some are missing. */
const PAGES_MAX = 5;

/** The exporter's API behind Grafana's proxy. To unsubscribe is to cancel; a call of the same `requestId` cancels the one before. */
export class Api {
  constructor(
    private readonly backend: () => Pick<BackendSrv, 'fetch'>,
    private readonly url: string,
  ) {}

  about(): Observable<ApiAbout> {
    return this.get<ApiAbout>('/v1');
  }

  models(requestId?: string): Observable<ModelsAnswer> {
    return this.get<ModelsAnswer>('/v1/models', {}, requestId);
  }

  /** Page by page. */
  events({ fromSeconds, toSeconds, model, kind }: EventsAsked, requestId?: string): Observable<EventsFound> {
    const params = { from: fromSeconds, to: toSeconds, limit: PAGE_ROWS_MAX, model, kind };
    const page = (after?: string) => this.get<EventsAnswer>('/v1/events', { ...params, after }, requestId);
    return allPages(page, ({ events }) => events).pipe(map(({ rows, more }) => ({ events: rows, more })));
  }

  /** Page by page. */
  alerts({ fromSeconds, toSeconds, model, state }: AlertsAsked, requestId?: string): Observable<AlertsFound> {
    const params = { from: fromSeconds, to: toSeconds, limit: PAGE_ROWS_MAX, model, state };
    const page = (after?: string) => this.get<AlertsAnswer>('/v1/alerts', { ...params, after }, requestId);
    return allPages(page, ({ alerts }) => alerts);
  }

  /** Any other route; each kind of query names its own. */
  get<T>(path: string, params: Params = {}, requestId?: string): Observable<T> {
    const told = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
    const id = requestId === undefined ? {} : { requestId };
    return this.backend()
      .fetch<T>({ method: 'GET', url: this.url + path, params: told, showErrorAlert: false, validatePath: true, ...id })
      .pipe(map(({ data }) => data));
  }
}

interface Found<Row> {
  readonly rows: readonly Row[];
  readonly more: boolean;
}

/** The rows of as many pages as there are, and may be. */
function allPages<Answer extends { readonly next?: string }, Row>(
  page: (after?: string) => Observable<Answer>,
  rowsOf: (answer: Answer) => readonly Row[],
): Observable<Found<Row>> {
  return page().pipe(
    expand(({ next }, pages) => (next === undefined || pages + 1 >= PAGES_MAX ? EMPTY : page(next))),
    reduce<Answer, Found<Row>>(({ rows }, answer) => ({ rows: [...rows, ...rowsOf(answer)], more: answer.next !== undefined }), {
      rows: [],
      more: false,
    }),
  );
}
