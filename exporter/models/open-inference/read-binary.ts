import { isAscii, isUtf8 } from 'node:buffer';
import { fail, succeed, type Result } from '../../errors.js';
import { allocate } from './allocate.js';
import { where, type Place } from './form.js';
import { DATATYPES, type Datatype, type TensorData } from './tensor.js';

const LENGTH_BYTES = 4;
/** A body may be a slice of what the socket read, up to 64 KiB: a small tensor should not keep that alive. */
const COPIED_BYTES_MAX = 2_048;

/**
 * Reads `count` elements from the bytes of the binary tensor data extension: little-endian, row-major, no padding; BYTES as a length of four bytes and
 * UTF-8. The bytes must be just as many as the elements take. A view of the body
 * where it is large and aligned, else a copy.
 */
export function readBinary(datatype: Datatype, bytes: Buffer, count: number, place: Place): Result<TensorData> {
  if (datatype === 'BYTES') return readTexts(bytes, count, place);
  const row = DATATYPES[datatype];
  if (bytes.length !== count * row.bytes) {
    return fail('bad_binary_size', `${where(place)} needs ${count * row.bytes} bytes for its shape, binary_data_size says ${bytes.length}`);
  }
  if (datatype === 'BOOL' && !areBooleans(bytes)) return fail('invalid_value', `${where(place)} has a BOOL byte other than 0 and 1`);
  if (bytes.length > COPIED_BYTES_MAX && bytes.byteOffset % row.bytes === 0) {
    return succeed(new row.array(bytes.buffer, bytes.byteOffset, count));
  }
  const data = allocate(datatype, count);
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes);
  return succeed(data);
}

function areBooleans(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 1) return false;
  return true;
}

function readTexts(bytes: Buffer, count: number, place: Place): Result<string[]> {
  // Each text takes its length at least: a shape cannot ask for more memory than the body could fill.
  if (count * LENGTH_BYTES > bytes.length) return fail('bad_binary_size', `${where(place)} has fewer texts than its shape`);
  const texts = new Array<string>(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (bytes.length - at < LENGTH_BYTES) return fail('bad_binary_size', `${where(place)} ends before text ${i}`);
    const length = bytes.readUInt32LE(at);
    at += LENGTH_BYTES;
    if (length > bytes.length - at) return fail('bad_binary_size', `${where(place)} ends inside text ${i}`);
    const text = bytes.subarray(at, at + length);
    if (isAscii(text)) texts[i] = text.toString('latin1');
    else if (isUtf8(text)) texts[i] = text.toString('utf8');
    else return fail('invalid_utf8', `${where(place)} has a text ${i} that is not UTF-8`);
    at += length;
  }
  if (at !== bytes.length) return fail('bad_binary_size', `${where(place)} has ${bytes.length - at} bytes after its last text`);
  return succeed(texts);
}
