import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode, RequestError } from '../errors.js';
import type { Watcher } from '../pipeline/watcher.js';
import type { WatchedModel } from '../pipeline/watched-model.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { Guard } from '../security/guard.js';
import type { Histogram } from '../telemetry/series.js';
import type { RequestTrace, Tracing } from '../telemetry/tracing.js';
import type { InferencePath } from './inference-path.js';

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
  /** Told of requests that no model can be charged with. */
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** One inference request from the moment its body is read. Exactly one of `answered` and `failed` ends it. */
export interface InferCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly model: ModelRuntime;
  readonly path: InferencePath;
  readonly body: Buffer;
  readonly startSeconds: number;
  readonly trace: RequestTrace | undefined;
  /** The answer has been handed over. */
  answered(status: number): void;
  /** Answers with an error, unless the answer has begun already. */
  failed(error: RequestError): void;
  /** Ends the request for a fault of our own, which costs it and no other. */
  broken(fault: unknown): void;
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
  let values: (string | undefined)[] | undefined;
  for (let i = 0; i < sliceHeaders.length; i++) {
    const header = sliceHeaders[i];
    if (header === undefined) continue;
    const value = request.headers[header];
    values ??= new Array<string | undefined>(sliceHeaders.length).fill(undefined);
    if (typeof value === 'string') values[i] = value;
  }
  return values;
}
