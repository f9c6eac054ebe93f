import { succeed, fail, type Result } from '../errors.js';
import type { PredictionBatch } from '@modelwatch/core';
import { createFeatureReader } from '../pipeline/feature-reader.js';
import { readOpenInference } from '../pipeline/read-open-inference.js';
import { readV1 } from '../pipeline/read-v1.js';
import { createRowBuffer } from '../pipeline/row-buffer.js';
import { collectRows, sliceFeature, type AnsweredRequest, type WatchedModel } from '../pipeline/watched-model.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { PayloadHalf } from '../store/store.js';
import type { DecodePayload } from './cloud-events.js';

/** A logged exchange, and the model with what reads its features. */
interface Read {
  readonly answered: AnsweredRequest;
  readonly model: Pick<WatchedModel, 'features'>;
}

/**
 * Makes predictions of a logged request and its response, both of the Open Inference Protocol or both of the V1 protocol; their identity is
 * the one they share.
 */
export function payloadDecoder(models: () => ReadonlyMap<string, ModelRuntime>): DecodePayload {
  return (request, response): Result<PredictionBatch> => {
    const model = models().get(request.model);
    if (model === undefined) return fail('model_not_found', 'no model of this name is configured');
    const read = readPayloads(model, request, response);
    if (read === undefined) {
      return fail('invalid_form', 'the payloads are no request and response of the Open Inference Protocol or of the V1 protocol');
    }
    const rows = read.model.features.rowsOf(read.answered.inputs);
    if (rows === undefined || rows === 0) return fail('shape_mismatch', 'the tensors do not agree on a number of rows');
    model.watched.schema?.checkRequest(read.answered.inputs, read.model.features);
    const buffer = createRowBuffer({
      model: model.name,
      version: model.version,
      role: model.role,
      features: model.baseline?.features ?? [],
      sliceNames: model.config.slices.map(({ name }) => name),
      rowsMax: rows + 1,
    });
    const into = { ...model.watched, ...read.model, buffer };
    for (let row: number | undefined | false = 0; typeof row === 'number';) {
      row = collectRows(into, { ...read.answered, id: request.id }, row, () => undefined);
    }
    return succeed(buffer.take(request.timeSeconds)!);
  };
}

function readPayloads(model: ModelRuntime, request: PayloadHalf, response: PayloadHalf): Read | undefined {
  const exchange = { id: request.id, headerSlices: undefined };
  const openInference = readOpenInference(messageOf(request), messageOf(response), exchange);
  if (typeof openInference !== 'string') return { answered: openInference, model: model.watched };
  const features = model.baseline?.features ?? [];
  const sliceFeatures = model.config.slices.map(sliceFeature);
  const { inputs = {} } = model.config;
  const [columns = features.map(({ name }) => name)] = Object.values(inputs);
  const wanted = [...new Set([...features.map(({ name }) => name), ...sliceFeatures.flatMap((name) => name ?? [])])];
  const v1 = readV1(messageOf(request).body, messageOf(response).body, { wanted, columns }, exchange);
  if (typeof v1 === 'string') return undefined;
  // Each feature has a tensor of its name here, whatever the tensors of the other protocol are called.
  return { answered: v1, model: { features: createFeatureReader({ features, inputs: undefined, sliceFeatures }) } };
}

const messageOf = ({ headers, body }: PayloadHalf) => ({ headers, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) });
