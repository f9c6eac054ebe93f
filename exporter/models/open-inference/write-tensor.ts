import { float32Text, float64Text } from './float32-text.js';
import { fromHalfBits } from './half.js';
import { DATATYPES, type Tensor, type TensorData } from './tensor.js';

const LENGTH_BYTES = 4;

/** The values of a tensor as a flat JSON array. JSON has no NaN and no infinities: both become null. BYTES are text; FP32 is printed short. */
export function jsonData({ datatype, data }: Tensor): string {
  switch (datatype) {
    case 'BYTES':
      return JSON.stringify(data);
    case 'BOOL':
      return booleans(data as Uint8Array);
    case 'FP16':
      return halves(data as Uint16Array);
    case 'FP32':
      return float32s(data as Float32Array);
    case 'FP64':
      return float64s(data as Float64Array);
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
    case 'UINT8':
    case 'UINT16':
    case 'UINT32':
    case 'UINT64':
      return integers(data as Int32Array);
  }
}

function integers(data: Int32Array): string {
  let text = '[';
  for (let i = 0; i < data.length; i++) text += `${i === 0 ? '' : ','}${data[i]!}`;
  return text + ']';
}

function booleans(data: Uint8Array): string {
  let text = '[';
  for (let i = 0; i < data.length; i++) text += (i === 0 ? '' : ',') + (data[i] === 0 ? 'false' : 'true');
  return text + ']';
}

function halves(data: Uint16Array): string {
  let text = '[';
  for (let i = 0; i < data.length; i++) {
    const value = fromHalfBits(data[i]!);
    text += (i === 0 ? '' : ',') + (Number.isFinite(value) ? float64Text(value) : 'null');
  }
  return text + ']';
}

function float32s(data: Float32Array): string {
  let text = '[';
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    text += (i === 0 ? '' : ',') + (Number.isFinite(value) ? float32Text(value) : 'null');
  }
  return text + ']';
}

function float64s(data: Float64Array): string {
  let text = '[';
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    text += (i === 0 ? '' : ',') + (Number.isFinite(value) ? float64Text(value) : 'null');
  }
  return text + ']';
}

/** Bytes of a tensor's binary data. */
export function binarySize({ datatype, data }: Tensor): number {
  if (datatype !== 'BYTES') return data.length * DATATYPES[datatype].bytes;
  let size = 0;
  for (const text of data as string[]) size += LENGTH_BYTES + Buffer.byteLength(text);
  return size;
}

/** Writes a tensor's binary data into `target` from `at` on; `binarySize` bytes must be free there. */
export function writeBinary({ datatype, data }: Tensor, target: Buffer, at: number): void {
  if (datatype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = data as Exclude<TensorData, string[]>;
    target.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    return;
  }
  let next = at;
  for (const text of data as string[]) {
    const length = target.write(text, next + LENGTH_BYTES);
    target.writeUInt32LE(length, next);
    next += LENGTH_BYTES + length;
  }
}
