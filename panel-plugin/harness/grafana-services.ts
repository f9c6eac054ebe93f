import { DataSourceInstanceSettings } from '@grafana/data';
import {
  BackendSrv,
  BackendSrvRequest,
  DataSourceSrv,
  FetchError,
  FetchResponse,
  setBackendSrv,
  setDataSourceSrv,
  setTemplateSrv,
  TemplateSrv,
} from '@grafana/runtime';
import { Observable } from 'rxjs';

/* The services that Grafana's application gives to plugins, as far as ours call them: to ask through the browser, to replace variables of a
   board that has none, and to list the data sources of a Grafana that has no other. */

/** Asks the server; what it answers with an error status is thrown as Grafana throws it. To unsubscribe aborts. */
function fetchOf<T>(request: BackendSrvRequest): Observable<FetchResponse<T>> {
  return new Observable((subscriber) => {
    const aborting = new AbortController();
    const url = new URL(request.url, location.origin);
    for (const [name, value] of Object.entries(request.params ?? {})) {
      for (const each of [value].flat()) {
        url.searchParams.append(name, String(each));
      }
    }
    const ask = async () => {
      const { signal } = aborting;
      const { method = 'GET', data } = request;
      const answer = await fetch(url, { method, signal, ...(data === undefined ? {} : { body: JSON.stringify(data) }) });
      const text = await answer.text();
      const { status, statusText, ok, headers, redirected, type } = answer;
      const isJson = headers.get('content-type')?.includes('json') ?? false;
      const body = isJson ? JSON.parse(text) : text;
      if (ok) {
        subscriber.next({ data: body, status, statusText, ok, headers, redirected, type, url: url.href, config: request });
        subscriber.complete();
        return;
      }
      // Grafana copies a body of plain text into the message.
      const fault: FetchError = { status, statusText, data: isJson ? body : { message: text }, config: request };
      subscriber.error(fault);
    };
    ask().catch((fault: unknown) => {
      if (!aborting.signal.aborted) {
        subscriber.error(fault);
      }
    });
    return () => aborting.abort();
  });
}

export function installServices(settings: DataSourceInstanceSettings): void {
  const backend: Pick<BackendSrv, 'fetch'> = { fetch: fetchOf };
  setBackendSrv(backend as BackendSrv);
  const templates: Pick<TemplateSrv, 'replace' | 'getVariables' | 'containsTemplate'> = {
    replace: (text = '') => text,
    getVariables: () => [],
    containsTemplate: () => false,
  };
  setTemplateSrv(templates as TemplateSrv);
  const sources: Pick<DataSourceSrv, 'getList' | 'getInstanceSettings'> = { getList: () => [], getInstanceSettings: () => settings };
  setDataSourceSrv(sources as DataSourceSrv);
}
