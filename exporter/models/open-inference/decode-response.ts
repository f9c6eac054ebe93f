import { succeed, type Result } from '../../errors.js';
import { readMessage, readTensors, type DecodeOptions } from './decode-message.js';
import type { DecodedResponse } from './messages.js';

/**
 * Decodes an inference response that another server made. Fields the protocol does not name are left aside, tensors are checked as in a
 * request, and the tokens NaN and Infinity are taken. Never throws.
 */
export function decodeInferResponse(body: Buffer, options: Omit<DecodeOptions, 'acceptNonFinite'>): Result<DecodedResponse> {
  const lenient = { ...options, acceptNonFinite: true };
  const message = readMessage(body, lenient);
  if (!message.ok) return message;
  const outputs = readTensors(message.value, 'outputs', lenient, false);
  if (!outputs.ok) return outputs;
  const { form } = message.value;
  return succeed({
    id: textOf(form['id']),
    modelName: textOf(form['model_name']),
    modelVersion: textOf(form['model_version']),
    outputs: outputs.value,
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
