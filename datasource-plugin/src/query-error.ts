import type { DataQueryError } from '@grafana/data';

/** The part of a failed call that says what went wrong: of backendSrv, or any other throw. */
interface Failure {
  readonly status?: number;
  readonly statusText?: string;
  readonly message?: string;
  readonly data?: { readonly error?: unknown; readonly message?: unknown; readonly code?: unknown };
}

/** Grafana's proxy makes a 401 of the exporter a 400 with this text. */
const PROXY_AUTHENTICATION = 'Authentication to data source failed';

/** The fault in words that say what to do about it. */
export function toQueryError(thrown: unknown, refId?: string): DataQueryError {
  const failure: Failure = typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) };
  return {
    ...(refId === undefined ? {} : { refId }),
    ...(failure.status === undefined ? {} : { status: failure.status }),
    ...(failure.statusText === undefined ? {} : { statusText: failure.statusText }),
    message: wordsOf(failure),
  };
}

function wordsOf({ status, statusText, message, data }: Failure): string {
  // Of a body that is no JSON, Grafana makes `message`, and puts the words of the status into `error`.
  const said = [data?.error === statusText ? undefined : data?.error, data?.message, message];
  const told = said.find((text): text is string => typeof text === 'string' && text !== '');
  // The exporter's own refusals have a code; without one, an answer is that of a proxy on the way.
  const isExporters = typeof data?.code === 'string';
  if (status === 401 || (status === 400 && told?.includes(PROXY_AUTHENTICATION))) {
    return 'The exporter does not accept the token: it is missing, wrong or expired.';
  }
  if (status === 403) {
    return isExporters ? 'The token lacks the scope that this needs; `read` is what most queries need.' : (told ?? 'Forbidden.');
  }
  if (status === 404 && !isExporters) {
    return 'There is no such API at this URL: it is not that of an exporter, or the exporter is too old.';
  }
  if (status === 429) {
    return 'The exporter takes no more requests for now; a longer refresh interval or a higher access.readPerSecondMax helps.';
  }
  if (status === 502) {
    return 'The exporter cannot be reached from Grafana: check the URL, and that the exporter runs.';
  }
  if (status === 504) {
    return 'The exporter did not answer in time.';
  }
  return told ?? (status === undefined ? 'The request failed.' : `The exporter answered with status ${status}.`);
}
