import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { builtFile } from '../built-file.js';
import { exchangeRaw, type RawMessage } from './raw-http.js';
import { answerOf, startRawUpstream, type RawUpstream } from './raw-upstream.js';
import { MODELS } from './test-sidecar.js';

/* Traces by the standard environment variables: `modelwatch run` as a process, an upstream behind it, a collector beside it. */

const MAIN = builtFile(import.meta.url, '../main.js');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status?: { readonly code?: number };
}
/** SpanKind of the OpenTelemetry protocol. */
const [INTERNAL, SERVER, CLIENT] = [1, 2, 3];

interface TracePayload {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A collector of the OpenTelemetry protocol over HTTP, in JSON. */
async function startCollector() {
  const payloads: TracePayload[] = [];
  const paths: string[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      paths.push(request.url!);
      payloads.push(JSON.parse(Buffer.concat(chunks).toString()) as TracePayload);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    payloads,
    paths,
    spans: () =>
      payloads.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

let folder: string;
let upstream: RawUpstream;
let collector: Awaited<ReturnType<typeof startCollector>>;
let child: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-tracing-'));
  upstream = await startRawUpstream((socket) => socket.write(answerOf('200 OK', [], '{}')));
  collector = await startCollector();
  const yaml = `
server: { port: 0 }
store: { path: ':memory:' }
models:
  - { name: proxied, champion: { version: '1', upstream: { url: ${upstream.url} } } }
  - { name: own, champion: { version: '2', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } } }
  - name: mapped
    champion: { version: '3', upstream: { url: ${upstream.url}, protocol: json, mapping: { path: /predict, features: { a: /a }, output: /b } } }
`;
  await writeFile(path.join(folder, 'modelwatch.yaml'), yaml);
});

afterAll(async () => {
  collector.close();
  await upstream.close();
  await rm(folder, { recursive: true });
});

afterEach(() => {
  child?.kill('SIGKILL');
  upstream.forget();
  collector.payloads.length = 0;
});

/** Without what this process has been told of OpenTelemetry. */
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_')));

/** Runs a sidecar until the returned function ends it, which gives the code of its exit. */
async function run(env: Readonly<Record<string, string>>) {
  const started = spawn(process.execPath, [MAIN, 'run', '--config', path.join(folder, 'modelwatch.yaml')], {
    env: { ...ENV, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const exit = once(started, 'exit') as Promise<[code: number | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: started.stdout! }).on('line', (line) => {
      const { msg, url: listening } = JSON.parse(line) as { readonly msg: string; readonly url?: string };
      if (msg === 'listening') resolve(listening!);
    });
    void exit.then(() => {
      reject(new Error('the sidecar ended before it listened'));
    });
  });
  return {
    url,
    async end() {
      started.kill('SIGTERM');
      const [code] = await exit;
      return code;
    },
  };
}

const otlp = () => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' });

const fp32 = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}';

async function send(url: string, target: string, body: string, ...headers: readonly string[]): Promise<RawMessage> {
  const lines = [`POST ${target} HTTP/1.1`, 'Host: a', ...headers, `Content-Length: ${body.length}`];
  const { answers } = await exchangeRaw(url, `${lines.join('\r\n')}\r\n\r\n${body}`);
  return answers[0]!;
}

const headersNamed = (name: string) =>
  upstream.requests.flatMap(({ headers }) => headers.filter((line) => line.toLowerCase().startsWith(`${name}:`)));
const attribute = ({ attributes }: { readonly attributes: Span['attributes'] }, name: string) =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0];
const byTrace = (traceId: string) => collector.spans().filter((span) => span.traceId === traceId);

describe('with the variables of OpenTelemetry', () => {
  it('continues the trace of a caller, with a span for the request and one for its scoring, to the upstream', async () => {
    const sidecar = await run(otlp());
    const caller = [`traceparent: 00-${TRACE}-${CALLER}-01`, 'tracestate: vendor=1', 'baggage: tenant=a'];
    await send(sidecar.url, '/v2/models/proxied/infer', '{}', ...caller);
    await send(sidecar.url, '/v2/models/own/infer', fp32);
    await send(sidecar.url, '/predict?q=1', '{}');
    await send(sidecar.url, '/v2/models/own/infer', 'no', 'tracestate: of=nothing');
    expect(await sidecar.end()).toBe(0);

    const continued = byTrace(TRACE);
    const server = continued.find(({ kind }) => kind === SERVER)!;
    const score = continued.find(({ kind }) => kind === CLIENT)!;
    expect(continued).toHaveLength(2);
    expect([server.name, server.parentSpanId]).toEqual(['POST /v2/models/:model/infer', CALLER]);
    expect([score.name, score.parentSpanId]).toEqual(['score', server.spanId]);
    expect(headersNamed('traceparent')[0]).toBe(`traceparent: 00-${TRACE}-${score.spanId}-01`);
    expect([headersNamed('tracestate')[0], headersNamed('baggage')[0]]).toEqual(['tracestate: vendor=1', 'baggage: tenant=a']);

    const spans = collector.spans().filter(({ traceId }) => traceId !== TRACE);
    const summary = (kind: number) =>
      spans
        .filter((span) => span.kind === kind)
        .map((span) => [
          span.name,
          attribute(span, 'modelwatch.model'),
          attribute(span, 'http.response.status_code'),
          attribute(span, 'error.type'),
        ]);
    expect(summary(SERVER!)).toEqual([
      ['POST /v2/models/:model/infer', 'own', 200, undefined],
      ['POST /predict', 'mapped', 200, undefined],
      ['POST /v2/models/:model/infer', 'own', 400, 'invalid_json'],
    ]);
    expect([summary(INTERNAL!).length, summary(CLIENT!).length]).toEqual([1, 1]);
    expect(headersNamed('traceparent')).toHaveLength(2);

    expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces']));
    const { resource } = collector.payloads[0]!.resourceSpans[0]!;
    expect(attribute(resource, 'service.name')).toBe('modelwatch');
  });

  it('keeps a trace that nobody samples to itself, begins one where the context is none, and takes the name of the service from either variable', async () => {
    const sidecar = await run({ ...otlp(), OTEL_RESOURCE_ATTRIBUTES: 'service.name=mine,team=a' });
    await send(sidecar.url, '/v2/models/proxied/infer', '{}', `traceparent: 00-${TRACE}-${CALLER}-00`);
    await send(sidecar.url, '/v2/models/proxied/infer', '{}', 'traceparent: nonsense', 'tracestate: of=nothing');
    expect(await sidecar.end()).toBe(0);
    expect(byTrace(TRACE)).toEqual([]);
    const [unsampled, anew] = headersNamed('traceparent');
    expect(unsampled).toMatch(new RegExp(`^traceparent: 00-${TRACE}-[0-9a-f]{16}-00$`));
    expect(anew).toMatch(/^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    // A state belongs to a trace: that of none goes nowhere.
    expect(headersNamed('tracestate')).toEqual([]);
    expect(attribute(collector.payloads[0]!.resourceSpans[0]!.resource, 'service.name')).toBe('mine');
  });

  it('serves, and ends in good order, where no collector is there', async () => {
    const nobody = await startRawUpstream(() => undefined);
    await nobody.close();
    const sidecar = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: nobody.url });
    expect((await send(sidecar.url, '/v2/models/own/infer', fp32)).start).toBe('HTTP/1.1 200 OK');
    expect(await sidecar.end()).toBe(0);
  });

  it('ends in good order where the collector says nothing', async () => {
    const silent = http.createServer(() => undefined);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const sidecar = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    await send(sidecar.url, '/v2/models/own/infer', fp32);
    expect(await sidecar.end()).toBe(0);
    silent.closeAllConnections();
    silent.close();
  });
});

describe('without them', () => {
  it('passes the context of a caller on as it is, and names its trace in exemplars', async () => {
    const sidecar = await run({});
    const caller = [`traceparent: 00-${TRACE}-${CALLER}-01`, 'tracestate: vendor=1', 'baggage: tenant=a'];
    await send(sidecar.url, '/v2/models/proxied/infer', '{}', ...caller);
    await send(sidecar.url, '/v2/models/own/infer', fp32, `traceparent: 00-${TRACE}-${CALLER}-00`);
    expect(upstream.requests[0]!.headers.filter((line) => /^(?:trace|baggage)/.test(line))).toEqual(caller);

    const page = await (
      await fetch(`${sidecar.url}/metrics`, { headers: { accept: 'application/openmetrics-text;version=1.0.0' } })
    ).text();
    const exemplars = page.split('\n').filter((line) => line.includes(' # {'));
    const place =
      /^modelwatch_(?:request|scoring)_duration_seconds_bucket\{model="proxied",.*\} \d+ # \{trace_id="0af7651916cd43dd8448eb211c80319c"\} [0-9.e-]+ \d+\.\d{3}$/;
    // One for the request and one for its scoring: the trace of the other is not sampled, so nobody could follow it.
    expect(exemplars.filter((line) => place.test(line))).toHaveLength(2);
    expect(exemplars).toHaveLength(2);
    expect(page).toMatch(/\n# EOF\n$/);
    expect(await (await fetch(`${sidecar.url}/metrics`)).text()).not.toContain(' # {');
    expect(await sidecar.end()).toBe(0);
  });

  it.each<readonly [name: string, loads: boolean, env: Readonly<Record<string, string>>]>([
    ['nothing is set', false, {}],
    ['traces are to go nowhere', false, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_EXPORTER: 'none' }],
    ['the SDK is disabled', false, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' }],
    ['only the name of the service is set', false, { OTEL_SERVICE_NAME: 'mine' }],
    ['an endpoint is set', true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
    ['an exporter is set', true, { OTEL_TRACES_EXPORTER: 'otlp' }],
  ])('loads the SDK only where traces are asked for: %s', (_name, loads, env) => {
    const script = `
      import { createRequire } from 'node:module';
      const { startTracing } = await import(${JSON.stringify(builtFile(import.meta.url, '../telemetry/tracing.js'))});
      const tracing = await startTracing(process.env);
      console.log(Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('sdk-trace-base')));
      await Promise.all([tracing.close(), tracing.close()]);`;
    const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env: { ...ENV, ...env }, encoding: 'utf8' });
    expect(out.trim()).toBe(String(loads));
  });
});
