import type { Tensor } from '../models/open-inference/tensor.js';

/** What tensors keep in memory, about: text by its characters. */
export function tensorBytes(tensors: readonly Tensor[]): number {
  let bytes = 0;
  for (const { data } of tensors) {
    if (Array.isArray(data)) for (const text of data) bytes += 2 * text.length + 16;
    else bytes += data.byteLength;
  }
  return bytes;
}
