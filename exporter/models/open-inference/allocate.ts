import { DATATYPES, type Datatype, type TensorData } from './tensor.js';

const SLAB_BYTES = 16_384;
const POOLED_BYTES_MAX = 2_048;
/** Every element size divides it, so that each tensor starts aligned. */
const ALIGNMENT_BYTES = 8;

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

/**
 * A typed array of zeros for the values of a tensor. Small ones share slabs, as Node's buffers do: an ArrayBuffer of its own costs more than
 * all the rest of decoding a small tensor. So `data.buffer` may be longer than the data, and keeping one small tensor keeps up to 16 KiB.
 */
export function allocate(datatype: Exclude<Datatype, 'BYTES'>, length: number): Exclude<TensorData, string[]> {
  const row = DATATYPES[datatype];
  const bytes = length * row.bytes;
  if (bytes > POOLED_BYTES_MAX) return new row.array(length);
  if (used + bytes > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const start = used;
  used += Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  return new row.array(slab, start, length);
}
