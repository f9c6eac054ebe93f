import type { PredictionBatch } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import { createRowBuffer } from '../pipeline/row-buffer.js';
import { collectRows } from '../pipeline/watched-model.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { PayloadHalf } from '../store/store.js';
import type { DecodePayload } from './cloud-events.js';
import { decodeOpenInference } from './infer-forward.js';

/** Makes predictions of a logged request and its response, both of the Open Inference Protocol; their identity is the one they share. */
export function payloadDecoder(models: () => ReadonlyMap<string, ModelRuntime>): DecodePayload {
  return (request, response): Result<PredictionBatch> => {
    const model = models().get(request.model);
    if (model === undefined) return fail('model_not_found', 'no model of this name is configured');
    const answered = decodeOpenInference(messageOf(request), messageOf(response), { id: request.id, headerSlices: undefined });
    if (typeof answered === 'string')
      return fail('invalid_form', 'the payloads are no request and response of the Open Inference Protocol');
    const rows = model.watched.features.rowsOf(answered.inputs);
    if (rows === undefined || rows === 0) return fail('shape_mismatch', 'the tensors do not agree on a number of rows');
    const buffer = createRowBuffer({
      model: model.name,
      version: model.version,
      role: model.role,
      features: model.baseline?.features ?? [],
      sliceCount: model.config.slices.length,
      rowsMax: rows + 1,
    });
    collectRows({ ...model.watched, buffer }, { ...answered, id: request.id }, () => undefined);
    return succeed(buffer.take(request.timeSeconds)!);
  };
}

const messageOf = ({ headers, body }: PayloadHalf) => ({ headers, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) });
