import type { Request, Response } from 'express';
import { encodeModelMetadata, encodeServerMetadata } from '../models/open-inference/index.js';
import { sendError, type ErrorCode } from '../errors.js';
import { isReady, type ModelRuntime } from '../sidecar/model-runtime.js';
import type { Route } from './app.js';

export interface OpenInferenceDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly version: string;
  /** Whether requests are taken: not while starting or draining. */
  readonly isAccepting: () => boolean;
  /** Told of each request refused with 4xx, with the model where it is known, else ''. */
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** Clients of inference ask for metadata before they send. */
const METADATA = { method: 'GET', scope: 'infer', rateClass: 'read', bodyBytesMax: 0 } as const;
/** Probes carry no token, and a refused one would restart the container. */
const PROBE = { method: 'GET', scope: 'public', rateClass: 'unlimited', bodyBytesMax: 0 } as const;

/** Health and metadata of the Open Inference Protocol; inference itself is taken before Express. */
export function openInferenceRoutes(deps: OpenInferenceDeps): readonly Route[] {
  const ofModel = (
    kind: typeof METADATA | typeof PROBE,
    suffix: string,
    handle: (response: Response, model: ModelRuntime) => void | Promise<void>,
  ): Route[] =>
    ['/v2/models/:model', '/v2/models/:model/versions/:version'].map((path) => ({
      ...kind,
      path: path + suffix,
      handle(request, response) {
        const model = find(deps, request, response);
        return model === undefined ? undefined : handle(response, model);
      },
    }));
  return [
    {
      ...METADATA,
      path: '/v2',
      handle: (_request, response) => sendJson(response, encodeServerMetadata({ name: 'modelwatch', version: deps.version })),
    },
    { ...PROBE, path: '/v2/health/live', handle: (_request, response) => void response.json({ live: true }) },
    {
      ...PROBE,
      path: '/v2/health/ready',
      handle(_request, response) {
        const ready = deps.isAccepting() && [...deps.models().values()].every(isReady);
        response.status(ready ? 200 : 503).json({ ready });
      },
    },
    ...ofModel(METADATA, '', metadata),
    ...ofModel(PROBE, '/ready', (response, model) => {
      const ready = deps.isAccepting() && isReady(model);
      response.status(ready ? 200 : 503).json({ name: model.name, ready });
    }),
  ];
}

function find(deps: OpenInferenceDeps, { params }: Request, response: Response): ModelRuntime | undefined {
  const { model: name, version } = params as { readonly model: string; readonly version?: string };
  const model = deps.models().get(name);
  if (model === undefined) {
    deps.onRefused('', 'model_not_found');
    sendError(response, 'model_not_found', 'no model of this name is configured');
    return undefined;
  }
  if (version !== undefined && version !== model.version) {
    deps.onRefused(model.name, 'version_not_found');
    sendError(response, 'version_not_found', 'this version of the model is not served');
    return undefined;
  }
  return model;
}

async function metadata(response: Response, { name, version, source }: ModelRuntime): Promise<void> {
  if (source.kind === 'onnx') {
    const { inputs, outputs } = source.scorer;
    sendJson(response, encodeModelMetadata({ name, versions: [version], platform: 'onnx_onnxruntime', inputs, outputs }));
  } else if (source.kind === 'upstream' && source.config.mapping === undefined) {
    // As the server behind tells it, byte for byte.
    const path = `/v2/models/${encodeURIComponent(source.config.model ?? name)}`;
    const answer = await source.upstream.get(path).catch(() => undefined);
    if (answer === undefined) sendError(response, 'upstream_unreachable', 'the server behind cannot be reached');
    else response.status(answer.status).type('json').send(answer.body);
  } else sendJson(response, encodeModelMetadata({ name, versions: [version], platform: 'modelwatch_watched', inputs: [], outputs: [] }));
}

/** Answers with JSON that is text already. */
function sendJson(response: Response, text: string): void {
  response.type('json').send(text);
}
