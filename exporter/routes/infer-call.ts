import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, SHED_CODES, sendError, type ErrorCode, type RequestError } from '../errors.js';
import type { Watcher } from '../pipeline/watcher.js';
import type { WatchedModel } from '../pipeline/watched-model.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { Sampler } from '../samples/sampler.js';
import type { CrossAlone } from '../sidecar/seams.js';
import type { Guard } from '../security/guard.js';
import type { Histogram } from '../telemetry/series.js';
import type { RequestTrace, Tracing } from '../telemetry/tracing.js';
import type { InferencePath } from './inference-path.js';
import { sampledBody, sampledInputs } from './sampled-inputs.js';

export interface InferDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly bodyBytesMax: number;
  /** Requests under way at once, over all models. */
  readonly concurrencyMax: number;
  readonly guard: Pick<Guard, 'admit'>;
  readonly watcher: Pick<Watcher, 'push'>;
  readonly tracing: Tracing;
  readonly nowSeconds: () => number;
  readonly monotonicSeconds: () => number;
  /** A fault of our own: it cost one request. */
  readonly onFault: (fault: unknown) => void;
  /** Does what nobody waits for: a fault of it is told and goes no further. */
  readonly alone: CrossAlone;
  /** Told of requests that no model can be charged with. */
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** Requests being answered now, over all models. */
export interface UnderWay {
  requests: number;
}

const NO_BODY = Buffer.alloc(0);

/**
 * One inference request, counted as received when it is made. Exactly one of `answered`, `failed` and `broken` ends it. A class and not closures,
 * which for each request would be made anew.
 */
export class InferCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: InferencePath;
  readonly model: ModelRuntime;
  readonly trace: RequestTrace | undefined;
  /** Empty until it has been read. */
  body: Buffer = NO_BODY;
  private readonly deps: InferDeps;
  private readonly underWay: UnderWay;
  private startSeconds: number;
  private ended = false;

  constructor(
    { request, response, path, model }: Pick<InferCall, 'request' | 'response' | 'path' | 'model'>,
    deps: InferDeps,
    underWay: UnderWay,
  ) {
    this.request = request;
    this.response = response;
    this.path = path;
    this.model = model;
    this.deps = deps;
    this.underWay = underWay;
    model.requests.received();
    model.calls.underWay++;
    underWay.requests++;
    this.trace = deps.tracing.begin(request.headers, model.traced);
    this.startSeconds = deps.monotonicSeconds();
  }

  /** The body has been read: what its sender took for it is not counted. */
  begin(body: Buffer): void {
    this.body = body;
    this.startSeconds = this.deps.monotonicSeconds();
  }

  /** The answer has been handed over. */
  answered(status: number): void {
    this.end(status, undefined);
  }

  /** Answers with an error, unless the answer has begun already. */
  failed({ code, message }: RequestError): void {
    if (!this.response.headersSent && !this.response.destroyed) sendError(this.response, code, message);
    this.end(ERRORS[code], code);
  }

  /** Ends the request for a fault of our own, which costs it and no other. */
  broken(fault: unknown): void {
    this.deps.onFault(fault);
    // An answer that has begun must not be taken for a whole one; one that has gone is left alone.
    if (this.response.headersSent && !this.response.writableEnded) this.response.destroy();
    this.failed({ code: 'internal_error', message: 'the request failed by our fault; the log says why' });
  }

  private end(status: number, code: ErrorCode | undefined): void {
    if (this.ended) return;
    this.ended = true;
    const { model, trace, deps } = this;
    this.underWay.requests--;
    model.calls.underWay--;
    count(model, status, code);
    observeSeconds(model.requests.duration, deps.monotonicSeconds() - this.startSeconds, trace, deps);
    trace?.end(status, code);
    if (status >= 400 && model.sampler !== undefined) this.sample(model.sampler, status, code);
  }

  /** What was refused to protect the rest, or was read by nobody, tells nothing of the model. */
  private sample(sampler: Sampler, status: number, code: ErrorCode | undefined): void {
    if (code !== undefined && (SHED_CODES.has(code) || code === 'client_closed')) return;
    const { deps, trace } = this;
    const { source } = this.model;
    const { headers } = this.request;
    deps.alone('sample', () => {
      const [body, bytes] = sampledBody(this.body);
      const inputs = () => sampledInputs(source, headers, body);
      sampler.offerFailed({ status, reason: code ?? `upstream_${status}`, traceId: trace?.traceId, bytes, inputs });
    });
  }
}

function count({ requests }: ModelRuntime, status: number, code: ErrorCode | undefined): void {
  if (code !== undefined && SHED_CODES.has(code)) requests.shed(code);
  else if (status >= 500) requests.failed(code ?? 'upstream_error');
  else requests.answered(status >= 400 ? '4xx' : status >= 300 ? '3xx' : '2xx', code);
}

/** Observes a time, with the trace that stands for it where there is one. */
export function observeSeconds(histogram: Histogram, seconds: number, trace: RequestTrace | undefined, { nowSeconds }: InferDeps): void {
  if (trace?.traceId === undefined) histogram.observe(seconds);
  else histogram.observe(seconds, trace.traceId, nowSeconds());
}

/** The header that has the time of a request's event; undefined where the model asks for none, or the request has it not. */
export function eventTimeOf(request: IncomingMessage, { freshness }: WatchedModel): string | undefined {
  const value = freshness?.header === undefined ? undefined : request.headers[freshness.header];
  return typeof value === 'string' ? value : value?.join(',');
}

/** Slice values from request headers, in the order of the slices; undefined where the model has none such. */
export function headerSlicesOf(request: IncomingMessage, { sliceHeaders }: WatchedModel): readonly (string | undefined)[] | undefined {
  let isAsked = false;
  const values: (string | undefined)[] = [];
  for (const header of sliceHeaders) {
    if (header !== undefined) isAsked = true;
    const value = header === undefined ? undefined : request.headers[header];
    values.push(typeof value === 'string' ? value : undefined);
  }
  return isAsked ? values : undefined;
}
