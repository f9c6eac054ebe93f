import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** Every error a request can get, with its status. 4xx is the caller's fault, 5xx is ours or the upstream's. */
export const ERRORS = {
  // The request cannot be read.
  bad_request: 400,
  ambiguous_request: 400,
  body_too_large: 413,
  bad_content_type: 415,
  unsupported_encoding: 415,
  invalid_utf8: 400,
  too_deep: 400,
  invalid_json: 400,
  // It can be read, but is not what the route takes.
  invalid_form: 400,
  unknown_field: 400,
  missing_field: 400,
  bad_binary_size: 400,
  too_many_elements: 400,
  missing_input: 400,
  unknown_input: 400,
  duplicate_input: 400,
  unknown_output: 400,
  datatype_mismatch: 400,
  shape_mismatch: 400,
  value_out_of_range: 400,
  invalid_value: 400,
  too_many_events: 400,
  /** The model itself refused the input: a shape or a value that its graph cannot take. */
  model_refused: 400,
  /** The same request has killed two scorer children; it is not run a third time. */
  quarantined: 422,
  /** The registry holds other content under this name, or is busy with what would be in the way. */
  version_conflict: 409,
  /** The log of events knows this id with other content. */
  event_conflict: 409,
  version_in_production: 409,
  promotion_busy: 409,
  promotion_conflict: 409,
  /** The version cannot take over: what is served goes on. */
  promotion_aborted: 409,
  /** The model's version is what the configuration says, not what the registry does. */
  not_from_registry: 409,
  /** The other half of a logged exchange was sealed, and changed in the store: it cannot be opened. */
  other_half_lost: 410,
  digest_mismatch: 422,
  file_refused: 422,
  file_not_found: 404,
  // It may not be done, or not by this caller.
  unauthenticated: 401,
  forbidden: 403,
  rate_limited: 429,
  not_found: 404,
  model_not_found: 404,
  version_not_found: 404,
  feature_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  /** The client closed the connection before it had its answer: nobody reads this status, but the request is accounted for. */
  client_closed: 499,
  // Refused at once to protect the rest.
  overloaded: 503,
  draining: 503,
  not_ready: 503,
  circuit_open: 503,
  concurrency_limit: 503,
  // Tried and failed.
  scorer_crashed: 503,
  store_unavailable: 503,
  files_unavailable: 503,
  registry_full: 507,
  deadline_exceeded: 504,
  upstream_unreachable: 502,
  upstream_invalid: 502,
  output_too_large: 500,
  model_failed: 500,
  internal_error: 500,
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Codes by which a request is shed: refused before any work was done for it. */
export const SHED_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'overloaded',
  'draining',
  'not_ready',
  'circuit_open',
  'concurrency_limit',
]);

/** Codes of 5xx by which no inference request ends. */
export const REGISTRY_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['files_unavailable', 'registry_full']);

/** A request's failure as a value. The message is one sentence, holds no path or internal name, and at most 64 characters of input. */
export interface RequestError {
  readonly code: ErrorCode;
  readonly message: string;
}

export type Result<Value, Failure = RequestError> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Failure };

export function succeed<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function fail(code: ErrorCode, message: string): { readonly ok: false; readonly error: RequestError } {
  return { ok: false, error: { code, message } };
}

/** Input as it may stand in a message: cut to 64 characters, control characters shown as U+FFFD. */
export function quoteInput(text: string): string {
  const cut = text.length > 64 ? `${text.slice(0, 63)}…` : text;
  return JSON.stringify(cut.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd'));
}

/** Seconds a shed client is asked to wait. */
const RETRY_AFTER_SECONDS = '1';

/** An id of a caller that may stand in an answer and in a log line. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Answers with an error as JSON: `{error, code, request_id}`. Returns the id, for the log: the caller's own `X-Request-Id` where it is plain text,
 * else one made up.
 */
export function sendError(response: ServerResponse, code: ErrorCode, message: string): string {
  const given = response.req.headers['x-request-id'];
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  const body = JSON.stringify({ error: message, code, request_id: requestId });
  const status = ERRORS[code];
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  if (status === 503) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  response.end(body);
  return requestId;
}
