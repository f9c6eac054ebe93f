import type { BackendSrv } from '@grafana/runtime';
import type { ApiAbout, EventsAnswer, ModelsAnswer, OperationalEvent } from '@modelwatch/core';
import { EMPTY, expand, map, Observable, reduce } from 'rxjs';

/** The API that this data source speaks; it was raised where what answers mean changed. */
export const API_VERSION = 1;

export interface EventsAsked {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly model?: string;
  readonly kind?: string;
}

/** Of a query string; what is undefined is left out. */
export type Params = Readonly<Record<string, string | number | undefined>>;

export interface EventsFound {
  readonly events: readonly OperationalEvent[];
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

const EVENTS_PAGE_MAX = 1000;
/** Beyond it a board is told that events are missing. */
const EVENTS_PAGES_MAX = 5;

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
    const params = { from: fromSeconds, to: toSeconds, limit: EVENTS_PAGE_MAX, model, kind };
    const page = (after?: string) => this.get<EventsAnswer>('/v1/events', { ...params, after }, requestId);
    return page().pipe(
      expand(({ next }, pages) => (next === undefined || pages + 1 >= EVENTS_PAGES_MAX ? EMPTY : page(next))),
      reduce<EventsAnswer, EventsFound>(
        ({ events }, answer) => ({ events: [...events, ...answer.events], more: answer.next !== undefined }),
        {
          events: [],
          more: false,
        },
      ),
    );
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
