import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, SHED_CODES, sendError, type ErrorCode, type RequestError } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { forwardInfer } from './infer-forward.js';
import { createServeInfer } from './infer-serve.js';
import { observeSeconds, type InferDeps } from './infer-call.js';
import type { InferencePath } from './inference-path.js';
import { readBody } from './read-body.js';
import { findAmbiguity } from './request-guard.js';

export interface InferHandler {
  /** A request to `/v2/models/{model}[/versions/{version}]/infer`. */
  handle(request: IncomingMessage, response: ServerResponse, path: InferencePath): void;
  /** A request to the path of a JSON service. */
  handleMapped(request: IncomingMessage, response: ServerResponse, model: ModelRuntime): void;
  readonly inFlight: number;
}

/** Inference has no rate of its own: what is more than can be served is shed. */
export const INFER_ROUTE = { method: 'POST', path: '/v2/models/:model/infer', scope: 'infer', rateClass: 'unlimited' } as const;

/**
 * The inference route, taken before Express for its cost (docs/decisions/0004). Every request received is answered, failed, shed or under
 * way, exactly; watching starts after the answer has been handed over.
 */
export function createInferHandler(deps: InferDeps): InferHandler {
  const serveInfer = createServeInfer(deps);
  let inFlight = 0;

  const refuse = (response: ServerResponse, model: string, code: ErrorCode, message: string) => {
    deps.onRefused(model, code);
    sendError(response, code, message);
  };
  const begin = (request: IncomingMessage, response: ServerResponse, path: InferencePath, model: ModelRuntime) => {
    model.requests.received();
    model.calls.underWay++;
    inFlight++;
    const trace = deps.tracing.begin(request.headers, model.traced);
    let startSeconds = deps.monotonicSeconds();
    let ended = false;
    const end = (status: number, code: ErrorCode | undefined) => {
      if (ended) return;
      ended = true;
      inFlight--;
      model.calls.underWay--;
      count(model, status, code);
      observeSeconds(model.requests.duration, deps.monotonicSeconds() - startSeconds, trace, deps);
      trace?.end(status, code);
    };
    const failed = ({ code, message }: RequestError) => {
      if (!response.headersSent && !response.destroyed) sendError(response, code, message);
      end(ERRORS[code], code);
    };
    const broken = (fault: unknown) => {
      deps.onFault(fault);
      // An answer that has begun must not be taken for a whole one; one that has gone is left alone.
      if (response.headersSent && !response.writableEnded) response.destroy();
      failed({ code: 'internal_error', message: 'the request failed by our fault; the log says why' });
    };
    if (inFlight > deps.concurrencyMax) {
      request.resume();
      failed({ code: 'overloaded', message: 'as many requests as allowed are under way' });
      return;
    }
    readBody(request, deps.bodyBytesMax, (result) => {
      if (result.kind === 'too_large') {
        // What else it sends is not read.
        response.setHeader('Connection', 'close');
        failed({ code: 'body_too_large', message: `the body is larger than ${deps.bodyBytesMax} bytes` });
      } else if (result.kind === 'aborted') failed({ code: 'client_closed', message: 'the client closed the connection' });
      else {
        startSeconds = deps.monotonicSeconds();
        const answered = (status: number) => {
          end(status, undefined);
        };
        const call = { request, response, model, path, body: result.body, startSeconds, trace, answered, failed, broken };
        try {
          if (model.source.kind === 'onnx') serveInfer(call, model.source.scorer);
          else if (model.source.kind === 'upstream') forwardInfer(call, model.source, deps);
        } catch (fault) {
          broken(fault);
        }
      }
    });
  };

  const isRefused = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (findAmbiguity(request) === undefined) return false;
    response.setHeader('Connection', 'close');
    refuse(response, '', 'ambiguous_request', 'the request could mean two things: one Host, one length, a path, no Upgrade');
    return true;
  };

  return {
    handle(request, response, path) {
      if (isRefused(request, response) || !deps.guard.admit(request, response, INFER_ROUTE)) return;
      const model = deps.models().get(path.model);
      if (model === undefined) refuse(response, '', 'model_not_found', 'no model of this name is configured');
      else if (path.version !== undefined && path.version !== model.version) {
        refuse(response, model.name, 'version_not_found', 'this version of the model is not served');
      } else if (!speaksOpenInference(model)) {
        refuse(response, model.name, 'model_not_found', 'this model is not served at this path; GET / lists where each is');
      } else begin(request, response, path, model);
    },
    handleMapped(request, response, model) {
      if (isRefused(request, response) || !deps.guard.admit(request, response, INFER_ROUTE)) return;
      begin(request, response, { model: model.name, version: undefined, action: 'infer' }, model);
    },
    get inFlight() {
      return inFlight;
    },
  };
}

const speaksOpenInference = ({ source }: ModelRuntime): boolean =>
  source.kind === 'onnx' || (source.kind === 'upstream' && source.config.mapping === undefined);

function count({ requests }: ModelRuntime, status: number, code: ErrorCode | undefined): void {
  if (code !== undefined && SHED_CODES.has(code)) requests.shed(code);
  else if (status >= 500) requests.failed(code ?? 'upstream_error');
  else requests.answered(status >= 400 ? '4xx' : status >= 300 ? '3xx' : '2xx', code);
}
