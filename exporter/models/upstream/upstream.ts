import type { ServerResponse } from 'node:http';
import { Pool, type Dispatcher } from 'undici';
import { durationSeconds, type UpstreamConfig } from '@modelwatch/core';
import { createBreaker } from './breaker.js';
import { requestHeaders, responseHeaders } from './headers.js';
import { ownRequest } from './own-request.js';

export interface ForwardRequest {
  readonly method: string;
  /** Path and query in origin form, checked by the caller; it is joined to the fixed origin as it is, never resolved as a URL. */
  readonly path: string;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer | undefined;
  /** Headers that take the place of the received ones of that name, lower case: trace context. An undefined one is left out. */
  readonly replacedHeaders?: Readonly<Record<string, string | undefined>>;
  /** Given with the answer, unless the upstream's has a header of that name itself. Lower case. */
  readonly answerHeader?: { readonly name: string; readonly value: string };
}

/** Why a call that was made has failed. */
type FailureCode = 'deadline_exceeded' | 'upstream_unreachable' | 'upstream_invalid';

/** How a call ended. The answer itself has gone to the client by then, unless it was refused or failed before its head came. */
export type ForwardOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly rawHeaders: readonly string[];
      /** The body's bytes for watching; undefined when it was larger than `watchedBytesMax`. */
      readonly body: Buffer | undefined;
      readonly upstreamSeconds: number;
    }
  /** Nothing was sent to the client: the caller answers with this code. */
  | {
      readonly kind: 'failed';
      readonly code: 'circuit_open' | 'concurrency_limit' | FailureCode;
    }
  /** The answer broke off after its head had gone: the client's connection was closed, so that it cannot take the part for the whole. */
  | { readonly kind: 'broken_off'; readonly code: FailureCode }
  | { readonly kind: 'client_gone' };

/** One upstream origin behind a keep-alive pool, with a deadline, a concurrency limit and a circuit breaker. Never retries, never redirects. */
export interface Upstream {
  forward(request: ForwardRequest, response: ServerResponse): Promise<ForwardOutcome>;
  /** A small request of our own, for health and metadata, outside limits and breaker. */
  get(path: string): Promise<{ readonly status: number; readonly body: string }>;
  readonly inFlight: number;
  readonly circuitOpen: boolean;
  close(): Promise<void>;
}

const HEADERS_BYTES_MAX = 65_536;

export function createUpstream(config: UpstreamConfig, monotonicSeconds: () => number): Upstream {
  const origin = new URL(config.url).origin;
  const pool = new Pool(origin, {
    // One more than calls may take, so that a question after its health never waits for them.
    connections: config.concurrencyMax + 1,
    pipelining: 1,
    maxHeaderSize: HEADERS_BYTES_MAX,
    // The deadline bounds the whole call; undici's own timers would only answer with another error.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4000,
    connect: { timeout: durationSeconds(config.deadline) * 1000 },
  });
  const breaker = createBreaker(config.breakerFailures, durationSeconds(config.breakerPause));
  const deadlineMilliseconds = durationSeconds(config.deadline) * 1000;
  let inFlight = 0;
  let closing: Promise<void> | undefined;

  const report = (outcome: ForwardOutcome) => {
    if (outcome.kind === 'client_gone') breaker.abandoned();
    else if (outcome.kind !== 'answered' || outcome.status === 502 || outcome.status === 503 || outcome.status === 504)
      breaker.failed(monotonicSeconds());
    else breaker.succeeded();
  };

  return {
    async forward(request, response) {
      if (inFlight >= config.concurrencyMax) return { kind: 'failed', code: 'concurrency_limit' };
      if (!breaker.admit(monotonicSeconds())) return { kind: 'failed', code: 'circuit_open' };
      inFlight++;
      const outcome = await dispatch(pool, request, response, { deadlineMilliseconds, watchedBytesMax: config.watchedBytesMax });
      inFlight--;
      report(outcome);
      return outcome;
    },
    get: (path) => ownRequest(pool, path),
    get inFlight() {
      return inFlight;
    },
    get circuitOpen() {
      return breaker.state !== 'closed';
    },
    close() {
      closing ??= pool.destroy();
      return closing;
    },
  };
}

interface DispatchLimits {
  readonly deadlineMilliseconds: number;
  readonly watchedBytesMax: number;
}

function dispatch(pool: Pool, request: ForwardRequest, response: ServerResponse, limits: DispatchLimits): Promise<ForwardOutcome> {
  return new Promise((resolve) => {
    const start = performance.now();
    const headers = requestHeaders(request.rawHeaders);
    if (request.replacedHeaders !== undefined) replaceHeaders(headers, request.replacedHeaders);
    let abort: ((reason?: Error) => void) | undefined;
    let resume: (() => void) | undefined;
    let settled = false;
    let status = 0;
    let rawHeaders: string[] = [];
    let watched: Buffer[] | undefined = [];
    let watchedBytes = 0;

    const settle = (outcome: ForwardOutcome) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      response.off('close', onClose);
      response.off('drain', onDrain);
      resolve(outcome);
    };
    const giveUp = (code: FailureCode) => {
      if (settled) return;
      const headGone = response.headersSent;
      settle({ kind: headGone ? 'broken_off' : 'failed', code });
      if (headGone) response.destroy();
    };
    const onDeadline = () => {
      if (settled) return;
      giveUp('deadline_exceeded');
      abort?.(new Error('deadline'));
    };
    // Where this process itself was held up, what has been answered meanwhile is read first.
    const timer = setTimeout(() => setImmediate(onDeadline), limits.deadlineMilliseconds);
    const onClose = () => {
      if (response.writableFinished) return;
      settle({ kind: 'client_gone' });
      abort?.(new Error('client gone'));
    };
    const onDrain = () => resume?.();
    response.on('close', onClose);
    response.on('drain', onDrain);

    const handler: Dispatcher.DispatchHandler = {
      onConnect(abortRequest: (error?: Error) => void) {
        abort = abortRequest;
        // The deadline or the client's leave may have come while the call waited for a connection.
        if (settled) abortRequest(new Error('no longer wanted'));
      },
      onHeaders(statusCode: number, raw: Buffer[], resumeBody: () => void, statusText: string) {
        // 1xx answers are for the hop, not for the client.
        if (statusCode < 200 || settled) return true;
        status = statusCode;
        resume = resumeBody;
        rawHeaders = raw.map((part) => part.toString('latin1'));
        try {
          response.writeHead(statusCode, reasonOf(statusText), responseHeaders(rawHeaders, request.answerHeader));
        } catch {
          // Node writes less than undici reads. What it refused must not stand in the way of the answer that says so.
          response.statusMessage = '';
          giveUp('upstream_invalid');
          abort?.(new Error('unwritable head'));
        }
        return true;
      },
      onData(chunk: Buffer) {
        if (settled) return true;
        watchedBytes += chunk.length;
        if (watchedBytes > limits.watchedBytesMax) watched = undefined;
        watched?.push(chunk);
        return response.write(chunk);
      },
      onComplete() {
        if (settled) return;
        response.end();
        const body = watched === undefined ? undefined : watched.length === 1 ? watched[0]! : Buffer.concat(watched);
        settle({ kind: 'answered', status, rawHeaders, body, upstreamSeconds: (performance.now() - start) / 1000 });
      },
      onError(error: Error & { readonly code?: string }) {
        giveUp(isProtocolError(error) ? 'upstream_invalid' : 'upstream_unreachable');
      },
    };
    pool.dispatch({ method: request.method as Dispatcher.HttpMethod, path: request.path, headers, body: request.body ?? null }, handler);
  });
}

function replaceHeaders(headers: string[], replaced: Readonly<Record<string, string | undefined>>): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) if (Object.hasOwn(replaced, headers[i]!.toLowerCase())) headers.splice(i, 2);
  for (const [name, value] of Object.entries(replaced)) if (value !== undefined) headers.push(name, value);
}

/** The bytes of a reason phrase, which undici reads as UTF-8 and Node writes as Latin-1. */
const reasonOf = (statusText: string): string => Buffer.from(statusText).toString('latin1');

/** What undici says of an interim answer that it takes for none: 101 or 100, neither of them asked for. They share a code with lost connections. */
const NOT_ASKED_FOR: ReadonlySet<string> = new Set(['bad upgrade', 'bad response']);

/** Whether the upstream answered, but not in HTTP that can be passed on. */
function isProtocolError(error: { readonly code?: string; readonly name?: string; readonly message: string }): boolean {
  const code = error.code ?? '';
  return (
    code.startsWith('HPE_') ||
    code === 'UND_ERR_HEADERS_OVERFLOW' ||
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
    code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ||
    error.name === 'HTTPParserError' ||
    NOT_ASKED_FOR.has(error.message)
  );
}
