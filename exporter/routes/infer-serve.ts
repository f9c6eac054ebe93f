import type { IncomingMessage } from 'node:http';
import {
  createRequestDecoder,
  encodeInferResponse,
  parseHeaderLength,
  selectOutputs,
  type EncodedMessage,
  type InferRequest,
  type InferResponse,
} from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import { watchedOutput } from '../models/watched-output.js';
import { succeed, type Result } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { eventTimeOf, headerSlicesOf, observeSeconds, type InferCall, type InferDeps } from './infer-call.js';
import { createOutbox } from './outbox.js';
import { checkPredictionId, headerId, newPredictionId } from './prediction-id.js';

const JSON_TYPE = 'application/json';
const BINARY_TYPE = 'application/octet-stream';

/** Answers inference requests from models of ours: decode, score, answer, and only then hand over to watching. */
export function createServeInfer(deps: InferDeps): (call: InferCall, scorer: Scorer) => void {
  const outbox = createOutbox<Answer>((answers) => {
    for (const answer of answers) send(answer);
    for (const answer of answers) {
      try {
        if (answer.sent) watch(answer, deps);
      } catch (fault) {
        deps.onFault(fault);
      }
    }
  });
  const decodeRequest = createRequestDecoder();
  return (call, scorer) => {
    const { request, body, model, trace } = call;
    const decoded = decode(request, body, decodeRequest);
    if (!decoded.ok) {
      call.failed(decoded.error);
      return;
    }
    const given = decoded.value.id ?? headerId(request, model.config.identity.header);
    const id = given === undefined ? succeed(newPredictionId()) : checkPredictionId(given);
    if (!id.ok) {
      call.failed(id.error);
      return;
    }
    const sentSeconds = deps.monotonicSeconds();
    trace?.scoring();
    scorer.score(withWatchedOutput(decoded.value, scorer, model), (result) => {
      trace?.scored();
      const scoringSeconds = deps.monotonicSeconds() - sentSeconds;
      observeSeconds(model.requests.scoring, scoringSeconds, trace, deps);
      if (!result.ok) {
        call.failed(result.error);
        if (OF_FEATURES.has(result.error.code)) checkRefused(decoded.value, scorer, call, deps);
        return;
      }
      try {
        const answer = encode(call, id.value, decoded.value, result.value, scoringSeconds);
        if (answer.ok) outbox.push(answer.value);
        else call.failed(answer.error);
      } catch (fault) {
        call.broken(fault);
      }
    });
  };
}

/** Refusals that may be for the features of a request. */
const OF_FEATURES: ReadonlySet<string> = new Set(['missing_input', 'unknown_input', 'datatype_mismatch']);

/** Counts by feature what a request was refused for, once its answer has left. */
function checkRefused({ inputs }: InferRequest, scorer: Scorer, { model: { watched } }: InferCall, deps: InferDeps): void {
  try {
    const datatypes = new Map(scorer.inputs.map(({ name, datatype }) => [name, datatype]));
    watched.schema?.checkRequest(inputs, watched.features, { datatypes });
  } catch (fault) {
    deps.onFault(fault);
  }
}

function decode(request: IncomingMessage, body: Buffer, decodeRequest: ReturnType<typeof createRequestDecoder>): Result<InferRequest> {
  const header = request.headers['inference-header-content-length'];
  const headerLength = parseHeaderLength(Array.isArray(header) ? header.join(',') : header, body.length);
  return headerLength.ok ? decodeRequest(body, { headerLength: headerLength.value }) : headerLength;
}

/** The request as the model gets it: with the watched output among those asked for, where only some are. */
function withWatchedOutput(request: InferRequest, scorer: Scorer, { config }: ModelRuntime): InferRequest {
  if (request.outputs === undefined || request.outputs.length === 0) return request;
  const watched = watchedOutput(scorer, config.output.tensor);
  if (watched === undefined || request.outputs.some(({ name }) => name === watched)) return request;
  return { ...request, outputs: [...request.outputs, { name: watched, binary: false }] };
}

/** An answer that is ready, and what watching needs of it. */
interface Answer {
  readonly call: InferCall;
  readonly id: string;
  readonly request: InferRequest;
  readonly outputs: InferResponse['outputs'];
  readonly scoringSeconds: number;
  readonly message: EncodedMessage;
  sent: boolean;
}

function encode(call: InferCall, id: string, request: InferRequest, { outputs }: InferResponse, scoringSeconds: number): Result<Answer> {
  // The model may give outputs that were not asked for, the watched one among them.
  const selected = selectOutputs(outputs, request);
  if (!selected.ok) return selected;
  const { name: modelName, version: modelVersion } = call.model;
  const message = encodeInferResponse({ modelName, modelVersion, id, outputs: selected.value, request });
  return succeed({ call, id, request, outputs, scoringSeconds, message, sent: false });
}

function send(answer: Answer): void {
  const { call, message } = answer;
  const { response } = call;
  if (response.destroyed) {
    call.failed({ code: 'client_closed', message: 'the client closed the connection' });
    return;
  }
  try {
    const length = String(message.bytes);
    if (message.headerLength === undefined) response.writeHead(200, ['Content-Type', JSON_TYPE, 'Content-Length', length]);
    else {
      const jsonLength = String(message.headerLength);
      response.writeHead(200, ['Content-Type', BINARY_TYPE, 'Inference-Header-Content-Length', jsonLength, 'Content-Length', length]);
    }
    // A text of ASCII alone is the same in Latin-1, which Node writes without looking at each character.
    response.end(message.body, message.bytes === message.body.length ? 'latin1' : 'utf8');
    answer.sent = true;
    call.answered(200);
  } catch (fault) {
    call.broken(fault);
  }
}

function watch({ call, id, request, outputs, scoringSeconds, message }: Answer, { watcher }: InferDeps): void {
  const { watched } = call.model;
  const headerSlices = headerSlicesOf(call.request, watched);
  const answered = { id, inputs: request.inputs, outputs, scoringSeconds, headerSlices, eventTime: eventTimeOf(call.request, watched) };
  watcher.push({ model: watched, answered, bytes: call.body.length + message.bytes });
}
