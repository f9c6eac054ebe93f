import { encodedMessage, tensorText, type EncodedMessage } from './encode-tensors.js';
import type { InferRequest } from './messages.js';
import type { Tensor } from './tensor.js';

/**
 * Encodes an inference request for another server: JSON, and as binary data those inputs that JSON cannot carry, half-precision numbers and those
 * with NaN or an infinity. Outputs are asked for as JSON; all of them where none is named.
 */
export function encodeInferRequest({ inputs, outputs }: Pick<InferRequest, 'inputs' | 'outputs'>): EncodedMessage {
  const binary = inputs.filter(needsBinary);
  const sent = inputs.map((input) => tensorText(input, binary.includes(input))).join();
  const wanted = outputs === undefined ? '' : `,"outputs":[${outputs.map(({ name }) => `{"name":${JSON.stringify(name)}}`).join()}]`;
  return encodedMessage(`{"inputs":[${sent}]${wanted}}`, binary.length === 0 ? undefined : binary);
}

function needsBinary({ datatype, data }: Tensor): boolean {
  if (datatype === 'FP16') return true;
  if (datatype !== 'FP32' && datatype !== 'FP64') return false;
  for (const value of data as Float32Array | Float64Array) if (!Number.isFinite(value)) return true;
  return false;
}
