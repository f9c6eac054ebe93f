import type { IncomingHttpHeaders } from 'node:http';
import type { ForwardOutcome } from '../models/upstream/upstream.js';
import { decodeInferRequest, decodeInferResponse, parseHeaderLength } from '../models/open-inference/index.js';
import { readMappedRequest } from '../pipeline/read-mapped.js';
import type { SkipReason, WatchEntry } from '../pipeline/watcher.js';
import type { AnsweredRequest } from '../pipeline/watched-model.js';
import type { ErrorCode, RequestError } from '../errors.js';
import type { ModelSource } from '../sidecar/model-runtime.js';
import type { InferCall, InferDeps } from './infer.js';
import { headerSlicesOf } from './infer-serve.js';
import { headerId, newPredictionId } from './prediction-id.js';

type UpstreamSource = Extract<ModelSource, { readonly kind: 'upstream' }>;

const MESSAGES: Readonly<Record<Extract<ForwardOutcome, { kind: 'failed' }>['code'], string>> = {
  circuit_open: 'the server behind has failed too often and is left alone for a moment',
  concurrency_limit: 'as many calls to the server behind as allowed are under way',
  deadline_exceeded: 'the server behind did not answer in time',
  upstream_unreachable: 'the server behind cannot be reached',
  upstream_invalid: 'the server behind did not answer in HTTP that can be passed on',
};

/** Passes an inference request to the upstream and its answer back, byte for byte; watches a copy of both once the answer has left. */
export function forwardInfer(call: InferCall, source: UpstreamSource, deps: InferDeps): void {
  const { request, response, model, body, trace } = call;
  const { identity } = model.config;
  const given = headerId(request, identity.header);
  // Where nothing in the request identifies the prediction, the answer tells what it is called here.
  const id = given ?? newPredictionId();
  if (given === undefined && !mayCarryId(body)) response.setHeader(identity.header, id);
  trace?.scoring();
  const forward = {
    method: 'POST',
    path: upstreamPath(call, source),
    rawHeaders: request.rawHeaders,
    body,
    ...(trace === undefined ? {} : { replacedHeaders: trace.headers() }),
  };
  void source.upstream.forward(forward, response).then((outcome) => {
    trace?.scored();
    if (outcome.kind === 'answered') {
      model.requests.scoring.observe(outcome.upstreamSeconds, trace?.traceId, deps.nowSeconds());
      call.answered(outcome.status);
      if (outcome.status >= 200 && outcome.status < 300) deps.watcher.push(entryOf(call, source, id, outcome));
    } else call.failed(errorOf(outcome));
  });
}

function errorOf(outcome: Exclude<ForwardOutcome, { kind: 'answered' }>): RequestError {
  if (outcome.kind === 'client_gone') return { code: 'client_closed', message: 'the client closed the connection' };
  const code: ErrorCode = outcome.kind === 'broken_off' ? 'upstream_invalid' : outcome.code;
  return { code, message: outcome.kind === 'broken_off' ? 'the answer of the server behind broke off' : MESSAGES[outcome.code] };
}

function upstreamPath({ request, path }: InferCall, { config }: UpstreamSource): string {
  const at = request.url!.indexOf('?');
  const query = at < 0 ? '' : request.url!.slice(at);
  if (config.mapping !== undefined) return config.mapping.path + query;
  const version = path.version === undefined ? '' : `/versions/${path.version}`;
  return `/v2/models/${encodeURIComponent(config.model ?? path.model)}${version}/infer${query}`;
}

/** Whether the request's own body may hold an id: then that is the prediction's, and none is made up. Reads no more than bytes. */
const mayCarryId = (body: Buffer): boolean => body.includes('"id"');

function entryOf(call: InferCall, source: UpstreamSource, id: string, answer: Extract<ForwardOutcome, { kind: 'answered' }>): WatchEntry {
  const { request, model, body } = call;
  const headers = headersOf(answer.rawHeaders);
  const decode = (): AnsweredRequest | SkipReason => {
    if (answer.body === undefined || body.length > source.config.watchedBytesMax) return 'too_large';
    if (isEncoded(request.headers) || isEncoded(headers)) return 'encoding';
    const headerSlices = headerSlicesOf(request, model.watched);
    if (source.config.mapping !== undefined)
      return readMappedRequest(source.config.mapping, { request: body, response: answer.body, id, headerSlices });
    return decodeOpenInference({ body, headers: request.headers }, { body: answer.body, headers }, { id, headerSlices });
  };
  return { model: model.watched, decode, bytes: body.length + (answer.body?.length ?? 0) };
}

interface Message {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders | Readonly<Record<string, string>>;
}

/** Reads the two halves of a v2 exchange. The request's own id wins over a header's, and that over one made up here. */
export function decodeOpenInference(
  request: Message,
  response: Message,
  { id, headerSlices }: Pick<AnsweredRequest, 'id' | 'headerSlices'>,
): AnsweredRequest | SkipReason {
  const requestLength = headerLengthOf(request);
  const responseLength = headerLengthOf(response);
  if (requestLength === 'undecodable' || responseLength === 'undecodable') return 'undecodable';
  const sent = decodeInferRequest(request.body, { headerLength: requestLength });
  const received = decodeInferResponse(response.body, { headerLength: responseLength });
  if (!sent.ok || !received.ok) return 'undecodable';
  return { id: sent.value.id ?? id, inputs: sent.value.inputs, outputs: received.value.outputs, headerSlices };
}

function headerLengthOf({ body, headers }: Message): number | undefined | 'undecodable' {
  const header = headers['inference-header-content-length'];
  const parsed = parseHeaderLength(typeof header === 'string' ? header : undefined, body.length);
  return parsed.ok ? parsed.value : 'undecodable';
}

function isEncoded(headers: IncomingHttpHeaders | Readonly<Record<string, string>>): boolean {
  const encoding = headers['content-encoding'];
  return encoding !== undefined && encoding !== 'identity';
}

/** Names in lower case; of a header that stands twice the last counts. */
function headersOf(raw: readonly string[]): Readonly<Record<string, string>> {
  const headers = Object.create(null) as Record<string, string>;
  for (let i = 0; i < raw.length; i += 2) headers[raw[i]!.toLowerCase()] = raw[i + 1]!;
  return headers;
}
