import { BackendSrv, BackendSrvRequest, FetchResponse, setBackendSrv, setTemplateSrv, TemplateSrv } from '@grafana/runtime';
import { readFileSync } from 'fs';
import path from 'path';
import { defer, Observable, of, throwError } from 'rxjs';

/** An answer that the exporter gave to exporter/contract/api-answers.test.ts. */
export function recorded<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'testdata', file), 'utf8'));
}

/** What Grafana's backendSrv throws. */
export interface Refusal {
  readonly status: number;
  readonly statusText?: string;
  readonly data?: unknown;
}

export interface RecordedExporter {
  readonly requests: readonly BackendSrvRequest[];
}

/** The file of a route is named after its last segment. */
const fileOf = (route: string) => `${route === '/v1' ? 'about' : route.split('/').at(-1)}.json`;
export const PROXY = '/api/datasources/proxy/uid/mw';

/** Puts the exporter's recorded answers behind Grafana's services; `instead` answers a path otherwise. */
export function installRecordedExporter(
  instead: Readonly<Record<string, (request: BackendSrvRequest) => Observable<unknown> | Refusal>> = {},
  variables: Readonly<Record<string, string | string[]>> = {},
): RecordedExporter {
  const requests: BackendSrvRequest[] = [];
  const answer = (request: BackendSrvRequest): Observable<unknown> => {
    const route = request.url.slice(PROXY.length);
    const other = instead[route]?.(request);
    if (other instanceof Observable) {
      return other;
    }
    return other === undefined ? of({ data: recorded(fileOf(route)) }) : throwError(() => other);
  };
  const fetch = <T>(request: BackendSrvRequest) =>
    defer(() => {
      requests.push(request);
      return answer(request) as Observable<FetchResponse<T>>;
    });
  setBackendSrv({ fetch } as unknown as BackendSrv);
  // Of several values Grafana makes `{a,b}`, unless the caller says how they are written.
  const written = (value: string | string[]) => (typeof value === 'string' ? value : `{${value.join(',')}}`);
  const replace = (text = '', _scoped?: unknown, format?: unknown) =>
    text.replace(/\$(\w+)/g, (whole, name) => {
      const value = variables[name];
      return value === undefined ? whole : (typeof format === 'function' ? (format as typeof written) : written)(value);
    });
  setTemplateSrv({ replace } as TemplateSrv);
  return { requests };
}
