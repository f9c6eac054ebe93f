import type { IncomingMessage } from 'node:http';
import {
  decodeInferRequest,
  encodeInferResponse,
  parseHeaderLength,
  selectOutputs,
  type InferRequest,
  type InferResponse,
} from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import { succeed, type Result } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { headerSlicesOf, observeSeconds, type InferCall, type InferDeps } from './infer-call.js';
import { checkPredictionId, headerId, newPredictionId } from './prediction-id.js';

const JSON_TYPE = 'application/json';
const BINARY_TYPE = 'application/octet-stream';

/** Answers an inference request from a model of ours: decode, score, answer, and only then hand over to watching. */
export function serveInfer(call: InferCall, scorer: Scorer, deps: InferDeps): void {
  const { request, body, model, trace } = call;
  const decoded = decode(request, body);
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
    observeSeconds(model.requests.scoring, deps.monotonicSeconds() - sentSeconds, trace, deps);
    if (!result.ok) call.failed(result.error);
    else if (call.response.destroyed) call.failed({ code: 'client_closed', message: 'the client closed the connection' });
    else {
      try {
        answer(call, id.value, decoded.value, result.value, deps);
      } catch (fault) {
        call.broken(fault);
      }
    }
  });
}

function decode(request: IncomingMessage, body: Buffer): Result<InferRequest> {
  const header = request.headers['inference-header-content-length'];
  const headerLength = parseHeaderLength(Array.isArray(header) ? header.join(',') : header, body.length);
  return headerLength.ok ? decodeInferRequest(body, { headerLength: headerLength.value }) : headerLength;
}

/** The request as the model gets it: with the watched output among those asked for, where only some are. */
function withWatchedOutput(request: InferRequest, scorer: Scorer, { config }: ModelRuntime): InferRequest {
  if (request.outputs === undefined || request.outputs.length === 0) return request;
  const watched = config.output.tensor ?? scorer.outputs.at(-1)?.name;
  if (watched === undefined || request.outputs.some(({ name }) => name === watched)) return request;
  return { ...request, outputs: [...request.outputs, { name: watched, binary: false }] };
}

function answer(call: InferCall, id: string, request: InferRequest, scored: InferResponse, deps: InferDeps): void {
  const { response, model } = call;
  const { outputs } = scored;
  // The model may give outputs that were not asked for, the watched one among them.
  const selected = selectOutputs(outputs, request);
  if (!selected.ok) {
    call.failed(selected.error);
    return;
  }
  const { body, bytes, headerLength } = encodeInferResponse({
    modelName: model.name,
    modelVersion: model.version,
    id,
    outputs: selected.value,
    request,
  });
  const length = String(bytes);
  if (headerLength === undefined) response.writeHead(200, ['Content-Type', JSON_TYPE, 'Content-Length', length]);
  else {
    const binary = ['Content-Type', BINARY_TYPE, 'Inference-Header-Content-Length', String(headerLength), 'Content-Length', length];
    response.writeHead(200, binary);
  }
  response.end(body);
  call.answered(200);
  const { watched } = model;
  const headerSlices = headerSlicesOf(call.request, watched);
  const answered = { id, inputs: request.inputs, outputs, headerSlices };
  deps.watcher.push({ model: watched, answered, bytes: call.body.length + bytes });
}
