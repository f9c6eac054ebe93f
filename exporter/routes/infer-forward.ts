import { headerValue } from '../models/upstream/headers.js';
import type { ForwardOutcome } from '../models/upstream/upstream.js';
import { inflateBody } from '../pipeline/inflate-body.js';
import { readMappedRequest } from '../pipeline/read-mapped.js';
import { readOpenInference } from '../pipeline/read-open-inference.js';
import type { SkipReason, WatchEntry } from '../pipeline/watcher.js';
import type { AnsweredRequest } from '../pipeline/watched-model.js';
import type { RequestError } from '../errors.js';
import { carriesToken } from '../security/token.js';
import type { ModelSource } from '../sidecar/model-runtime.js';
import { carriesKey } from './carries-key.js';
import { eventTimeOf, headerSlicesOf, observeSeconds, type InferCall, type InferDeps } from './infer-call.js';
import { checkPredictionId, headerId, newPredictionId } from './prediction-id.js';

type UpstreamSource = Extract<ModelSource, { readonly kind: 'upstream' }>;
type Answer = Extract<ForwardOutcome, { readonly kind: 'answered' }>;

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
  const name = model.config.identity.header;
  const given = usableId(headerId(request, name));
  const id = given ?? newPredictionId();
  // Where nothing in the request identifies the prediction, the answer tells what it is called here.
  const isTold = given === undefined && !mayCarryId(body, source);
  trace?.scoring();
  const forward = {
    method: 'POST',
    path: upstreamPath(call, source),
    rawHeaders: request.rawHeaders,
    body,
    ...replacedOf(call),
    ...(isTold ? { answerHeader: { name, value: id } } : {}),
  };
  const end = (outcome: ForwardOutcome) => {
    trace?.scored();
    if (outcome.kind === 'answered') {
      observeSeconds(model.requests.scoring, outcome.upstreamSeconds, trace, deps);
      call.answered(outcome.status);
      // An upstream that names its answers by the same header is believed: its name is what the client has read.
      const named = isTold ? usableId(headerValue(outcome.rawHeaders, name)) : undefined;
      if (outcome.status >= 200 && outcome.status < 300) deps.watcher.push(entryOf(call, source, named ?? id, outcome));
    } else call.failed(errorOf(outcome));
  };
  source.upstream
    .forward(forward, response)
    .then(end)
    .catch((fault: unknown) => {
      call.broken(fault);
    });
}

/** A token of ours is for us alone: the server behind does not get to know it. Any other Authorization passes. */
function replacedOf({ request, trace }: InferCall): { readonly replacedHeaders?: Readonly<Record<string, string | undefined>> } {
  if (!carriesToken(request.headers.authorization)) return trace === undefined ? {} : { replacedHeaders: trace.headers() };
  return { replacedHeaders: { ...trace?.headers(), authorization: undefined } };
}

/** An identity by which ground truth can name the prediction; a request with another passes all the same. */
function usableId(id: string | undefined): string | undefined {
  return id !== undefined && checkPredictionId(id).ok ? id : undefined;
}

function errorOf(outcome: Exclude<ForwardOutcome, { kind: 'answered' }>): RequestError {
  if (outcome.kind === 'client_gone') return { code: 'client_closed', message: 'the client closed the connection' };
  return { code: outcome.code, message: MESSAGES[outcome.code] };
}

function upstreamPath({ request, path }: InferCall, { config }: UpstreamSource): string {
  const at = request.url!.indexOf('?');
  const query = at < 0 ? '' : request.url!.slice(at);
  if (config.mapping !== undefined) return config.mapping.path + query;
  const version = path.version === undefined ? '' : `/versions/${path.version}`;
  return `/v2/models/${encodeURIComponent(config.model ?? path.model)}${version}/infer${query}`;
}

/** Whether the request's own body may hold an id: then that is the prediction's, and none is made up. */
function mayCarryId(body: Buffer, { config: { mapping } }: UpstreamSource): boolean {
  if (mapping === undefined) return carriesKey(body, 'id');
  const last = mapping.id?.slice(mapping.id.lastIndexOf('/') + 1);
  return last !== undefined && carriesKey(body, last.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function entryOf({ request, model, body }: InferCall, { config }: UpstreamSource, id: string, answer: Answer): WatchEntry {
  const { mapping, watchedBytesMax } = config;
  const decode = (): AnsweredRequest | SkipReason => {
    if (answer.body === undefined || body.length > watchedBytesMax) return 'too_large';
    const headers = headersOf(answer.rawHeaders);
    const sent = inflateBody(body, request.headers['content-encoding'], watchedBytesMax);
    if (typeof sent === 'string') return sent;
    const received = inflateBody(answer.body, headers['content-encoding'], watchedBytesMax);
    if (typeof received === 'string') return received;
    const own = { id, headerSlices: headerSlicesOf(request, model.watched) };
    const read =
      mapping === undefined
        ? readOpenInference({ body: sent, headers: request.headers }, { body: received, headers }, own)
        : readMappedRequest(mapping, { request: sent, response: received, ...own });
    return typeof read === 'string'
      ? read
      : { ...read, scoringSeconds: answer.upstreamSeconds, eventTime: eventTimeOf(request, model.watched) };
  };
  return { model: model.watched, answered: decode, bytes: body.length + (answer.body?.length ?? 0) };
}

/** Names in lower case; of a header that stands twice the last counts. */
function headersOf(raw: readonly string[]): Readonly<Record<string, string>> {
  const headers = Object.create(null) as Record<string, string>;
  for (let i = 0; i < raw.length; i += 2) headers[raw[i]!.toLowerCase()] = raw[i + 1]!;
  return headers;
}
