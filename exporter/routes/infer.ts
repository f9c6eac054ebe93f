import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError, type ErrorCode } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { forwardInfer } from './infer-forward.js';
import { createServeInfer } from './infer-serve.js';
import { InferCall, type InferDeps, type UnderWay } from './infer-call.js';
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
  const underWay: UnderWay = { requests: 0 };

  const refuse = (response: ServerResponse, model: string, code: ErrorCode, message: string) => {
    deps.onRefused(model, code);
    sendError(response, code, message);
  };
  const begin = (request: IncomingMessage, response: ServerResponse, path: InferencePath, model: ModelRuntime) => {
    const call = new InferCall({ request, response, path, model }, deps, underWay);
    if (underWay.requests > deps.concurrencyMax) {
      request.resume();
      call.failed({ code: 'overloaded', message: 'as many requests as allowed are under way' });
      return;
    }
    readBody(request, deps.bodyBytesMax, (result) => {
      if (result.kind === 'too_large') {
        // What else it sends is not read.
        response.setHeader('Connection', 'close');
        call.failed({ code: 'body_too_large', message: `the body is larger than ${deps.bodyBytesMax} bytes` });
      } else if (result.kind === 'aborted') call.failed({ code: 'client_closed', message: 'the client closed the connection' });
      else {
        call.begin(result.body);
        try {
          if (model.source.kind === 'onnx') serveInfer(call, model.source.scorer);
          else if (model.source.kind === 'upstream') forwardInfer(call, model.source, deps);
        } catch (fault) {
          call.broken(fault);
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
      return underWay.requests;
    },
  };
}

const speaksOpenInference = ({ source }: ModelRuntime): boolean =>
  source.kind === 'onnx' || (source.kind === 'upstream' && source.config.mapping === undefined);
