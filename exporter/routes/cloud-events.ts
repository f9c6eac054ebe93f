import type { IncomingHttpHeaders } from 'node:http';
import type { Request, Response } from 'express';
import type { PredictionBatch } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import type { BodySeal } from '../security/body-seal.js';
import type { PayloadHalf, PayloadKind } from '../store/store.js';
import { checkId, compileCheck, idSchema, readTime, refuse, timeSchema } from './ingest-fields.js';
import type { IngestDeps } from './ingest-model.js';

/** Makes predictions of a request and its response. `headers` of either half say how to read its body. */
export type DecodePayload = (request: PayloadHalf, response: PayloadHalf) => Result<PredictionBatch>;

export interface CloudEventDeps extends IngestDeps {
  readonly decode: DecodePayload;
  readonly bodies: BodySeal;
}

/** What KServe's payload logger calls the two (pkg/logger/worker.go). */
const KINDS: Readonly<Record<string, PayloadKind>> = {
  'org.kubeflow.serving.inference.request': 'request',
  'org.kubeflow.serving.inference.response': 'response',
};

interface Attributes {
  readonly specversion: string;
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly inferenceservicename: string;
  readonly time?: string;
}

const check = compileCheck<Attributes>({
  type: 'object',
  additionalProperties: true,
  required: ['specversion', 'id', 'type', 'source', 'inferenceservicename'],
  properties: {
    specversion: { const: '1.0' },
    id: idSchema,
    type: { enum: Object.keys(KINDS) },
    source: { type: 'string', maxLength: 2048 },
    inferenceservicename: { type: 'string', minLength: 1, maxLength: 256 },
    time: timeSchema.anyOf[1],
  },
});

/** Headers of the body that are kept beside the attributes: they say how to read it. */
const BODY_HEADERS = ['content-type', 'inference-header-content-length'];
const HEADER_CHARACTERS_MAX = 8192;

/**
 * POST /v1/cloudevents: KServe's payload logger, CloudEvents 1.0 in binary mode. A request and its response carry one Ce-Id; whichever comes
 * first waits, durably and for a few minutes; that of a model with private features is sealed meanwhile. What the present key does not open, because
 * its file was lost, makes room for the half that comes. 200 once what came is durable. The logger does not send again, so a 503 loses the event
 * there.
 */
export function postCloudEvent(deps: CloudEventDeps): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const half = readHalf(request.headers, request.body, deps);
    if (!half.ok) {
      refuse(response, deps, half.error);
      return;
    }
    const isSealed = deps.models.get(half.value.model)?.hasPrivate === true;
    const taken = await deps.store.ingestPayload(isSealed ? sealed(half.value, deps.bodies) : half.value, deps.bodies.keyName);
    if (!taken.ok) {
      refuse(response, deps, taken.error);
      return;
    }
    switch (taken.value.kind) {
      case 'waiting':
      case 'duplicate':
        response.status(200).json({ outcome: taken.value.kind });
        return;
      case 'over_capacity':
        refuse(response, deps, fail('overloaded', 'as many payloads as allowed wait for their other half').error);
        return;
      case 'paired':
        await ingestPair(deps, response, half.value, opened(taken.value.other, deps.bodies));
    }
  };
}

const sealed = (half: PayloadHalf, bodies: BodySeal): PayloadHalf => ({
  ...half,
  sealedBy: bodies.keyName,
  body: bodies.seal(half.body),
});

/** Undefined where its bytes were changed in the store. */
function opened(half: PayloadHalf, bodies: BodySeal): PayloadHalf | undefined {
  if (half.sealedBy === undefined) return half;
  const body = bodies.open(half.body);
  return body === undefined ? undefined : { ...half, body };
}

async function ingestPair(deps: CloudEventDeps, response: Response, half: PayloadHalf, other: PayloadHalf | undefined): Promise<void> {
  if (other === undefined) {
    refuse(response, deps, fail('other_half_lost', 'the other half was changed in the store and cannot be opened').error, half.model);
    return;
  }
  const [first, second] = half.kind === 'request' ? [half, other] : [other, half];
  const batch = deps.decode(first, second);
  if (!batch.ok) {
    refuse(response, deps, batch.error, half.model);
    return;
  }
  const outcomes = await deps.store.ingestPredictions({ ...batch.value, payload: { id: half.id, kind: half.kind } });
  if (!outcomes.ok) {
    refuse(response, deps, outcomes.error);
    return;
  }
  const duplicates = outcomes.value.filter((outcome) => outcome === 'duplicate').length;
  response.status(200).json({ outcome: 'paired', predictions: outcomes.value.length - duplicates, duplicates });
}

function readHalf(headers: IncomingHttpHeaders, body: unknown, deps: CloudEventDeps): Result<PayloadHalf> {
  if (headers['content-type']?.toLowerCase().startsWith('application/cloudevents') === true) {
    return fail('bad_content_type', 'events are taken in binary mode, with their attributes in Ce- headers');
  }
  const attributes = check(attributesOf(headers));
  if (!attributes.ok) return { ok: false, error: { ...attributes.error, message: `Ce- headers: ${attributes.error.message}` } };
  const { id, type, inferenceservicename, time } = attributes.value;
  const model = deps.models.get(inferenceservicename);
  if (model === undefined) return fail('model_not_found', 'no model is configured by the name of the inference service');
  const wellFormed = checkId(id);
  if (!wellFormed.ok) return wellFormed;
  const timeSeconds = readTime(time, deps.clock.nowSeconds());
  if (!timeSeconds.ok) return timeSeconds;
  if (!Buffer.isBuffer(body) || body.length === 0) return fail('invalid_json', 'the body is empty');
  const kept = keptHeaders(headers);
  if (JSON.stringify(kept).length > HEADER_CHARACTERS_MAX)
    return fail('bad_request', `the Ce- headers are longer than ${HEADER_CHARACTERS_MAX}`);
  return succeed({ model: model.name, id, kind: KINDS[type]!, timeSeconds: timeSeconds.value, headers: kept, body });
}

function attributesOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('ce-') && typeof value === 'string' ? [[name.slice(3), value]] : [],
    ),
  );
}

function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && (name.startsWith('ce-') || BODY_HEADERS.includes(name)) ? [[name, value]] : [],
    ),
  );
}
