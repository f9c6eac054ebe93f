import { propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseTraceparent } from './trace-context.js';

/** Follows one inference request. Every method is safe to call in any order; `end` ends what is open. */
export interface RequestTrace {
  /** For exemplars; undefined where nobody samples the trace. */
  readonly traceId: string | undefined;
  /** Headers that carry the context on to the upstream, lower case; an undefined one is not to go on. */
  headers(): Readonly<Record<string, string | undefined>>;
  scoring(): void;
  scored(): void;
  end(status: number, code: string | undefined): void;
}

/** What a span says of its request. */
export interface TraceSubject {
  readonly model: string;
  readonly version: string;
  /** The path, with its variable parts named: few values, as `http.route` asks. */
  readonly route: string;
  /** Whether another server answers: its call is a client's. */
  readonly isForwarded: boolean;
}

export interface Tracing {
  /** Undefined where the request belongs to no trace and none is made. */
  begin(headers: IncomingHttpHeaders, subject: TraceSubject): RequestTrace | undefined;
  close(): Promise<void>;
}

/** Variables of the OpenTelemetry specification that ask for traces. */
const ASKING = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_TRACES_EXPORTER'];

/** Whether the standard environment variables ask for traces. */
export function asksForTraces(env: NodeJS.ProcessEnv): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return false;
  return ASKING.some((name) => (env[name] ?? '') !== '');
}

/** What is left to be sent when the process ends is not waited for longer: a collector that is down must not hold up a drain. */
const CLOSE_MILLISECONDS_MAX = 3000;

/**
 * Traces of inference requests. The SDK is loaded only where the standard variables ask for it, for it takes some 40 MB; without it the
 * context of a caller still goes on to the upstream, with its other headers, and exemplars name the caller's trace.
 */
export async function startTracing(env: NodeJS.ProcessEnv): Promise<Tracing> {
  if (!asksForTraces(env)) return { begin: beginForeign, close: () => Promise.resolve() };
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  // Traces alone: metrics are Prometheus', and logs go to the standard output.
  const sdk = new NodeSDK({ logRecordProcessors: [], metricReaders: [], ...(namesService(env) ? {} : { serviceName: 'modelwatch' }) });
  sdk.start();
  let closing: Promise<void> | undefined;
  return { begin: beginSpan, close: () => (closing ??= closeInTime(sdk)) };
}

const namesService = (env: NodeJS.ProcessEnv): boolean =>
  (env['OTEL_SERVICE_NAME'] ?? '') !== '' || /(?:^|,)\s*service\.name\s*=/.test(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '');

async function closeInTime(sdk: { shutdown(): Promise<void> }): Promise<void> {
  const timer = new AbortController();
  const late = sleep(CLOSE_MILLISECONDS_MAX, undefined, { signal: timer.signal, ref: false }).catch(nothing);
  // Spans that cannot be delivered are lost, as they are while the sidecar runs.
  await Promise.race([sdk.shutdown().catch(nothing), late]);
  timer.abort();
}

function beginForeign(headers: IncomingHttpHeaders): RequestTrace | undefined {
  const parent = parseTraceparent(headers.traceparent);
  if (parent === undefined || !parent.sampled) return undefined;
  return { traceId: parent.traceId, headers: () => ({}), scoring: nothing, scored: nothing, end: nothing };
}

const nothing = (): void => undefined;

function beginSpan(headers: IncomingHttpHeaders, { model, version, route, isForwarded }: TraceSubject): RequestTrace {
  const tracer = trace.getTracer('modelwatch');
  const parent: Context = propagation.extract(ROOT_CONTEXT, headers);
  const attributes = {
    'http.request.method': 'POST',
    'http.route': route,
    'modelwatch.model': model,
    'modelwatch.version': version,
  };
  const span = tracer.startSpan(`POST ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
  const own = trace.setSpan(parent, span);
  const { traceId, traceFlags } = span.spanContext();
  let scoring: Span | undefined;
  return {
    traceId: (traceFlags & 1) === 1 ? traceId : undefined,
    headers() {
      // A state of a trace that is not carried on must not go on either.
      const carrier: Record<string, string | undefined> = { traceparent: undefined, tracestate: undefined };
      propagation.inject(scoring === undefined ? own : trace.setSpan(own, scoring), carrier);
      return carrier;
    },
    scoring() {
      scoring = tracer.startSpan('score', { kind: isForwarded ? SpanKind.CLIENT : SpanKind.INTERNAL }, own);
    },
    scored() {
      scoring?.end();
      scoring = undefined;
    },
    end(status, code) {
      scoring?.end();
      span.setAttribute('http.response.status_code', status);
      if (code !== undefined) span.setAttribute('error.type', code);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
