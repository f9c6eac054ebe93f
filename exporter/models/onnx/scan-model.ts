import { succeed, type Result } from '../../errors.js';
import { modelFault, type ModelFault } from './model-fault.js';

/** The messages of onnx.proto in which a tensor may stand, by the fields that lead further. Source: onnx.proto of ONNX 1.19. */
const MESSAGES = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
} as const satisfies Record<string, Readonly<Record<number, string>>>;
type MessageKind = keyof typeof MESSAGES;

const FIELDS: Readonly<Record<MessageKind, Readonly<Record<number, MessageKind>>>> = MESSAGES;
const TENSOR_EXTERNAL_DATA = 13;
const TENSOR_DATA_LOCATION = 14;
const MODEL_GRAPH = 7;
/** Messages within messages; protobuf itself stops at 100. Each subgraph takes three: node, attribute, graph. */
const DEPTH_MAX = 96;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

interface Part {
  readonly kind: MessageKind;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/**
 * Looks through the bytes of an ONNX model, without any library, for what must not reach one: data in other files, in whichever graph,
 * function or sparse tensor, and nesting that a recursive parser would choke on. Any mention of external data counts, however it is spelt,
 * because checkers and runtimes have disagreed about the spellings (CVE-2024-27318 and its successors). Cost: linear, tensors are skipped.
 */
export function scanModel(bytes: Uint8Array): Result<void, ModelFault> {
  const parts: Part[] = [{ kind: 'model', start: 0, end: bytes.length, depth: 0 }];
  let graphs = 0;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { kind, depth } = part;
    const fields = FIELDS[kind];
    const cursor = { at: part.start, end: part.end };
    while (cursor.at < part.end) {
      const field = readField(bytes, cursor);
      if (field === undefined) return modelFault('model_not_onnx', 'the model file is not a complete ONNX model');
      if (kind === 'tensor' && (field.number === TENSOR_EXTERNAL_DATA || (field.number === TENSOR_DATA_LOCATION && field.value !== 0)))
        return modelFault('model_external_data', 'the model keeps tensors in other files; save it with its data inside');
      if (kind === 'model' && field.number === MODEL_GRAPH) graphs++;
      const next = field.wireType === BYTES ? fields[field.number] : undefined;
      if (next === undefined) continue;
      if (depth === DEPTH_MAX) return modelFault('model_unsupported', `the model nests its graphs more than ${DEPTH_MAX} messages deep`);
      parts.push({ kind: next, start: cursor.at - field.value, end: cursor.at, depth: depth + 1 });
    }
  }
  return graphs > 0 ? succeed(undefined) : modelFault('model_not_onnx', 'the model file holds no ONNX graph');
}

interface Field {
  readonly number: number;
  readonly wireType: number;
  /** The value of a varint, or the length of bytes; -1 where a varint does not fit. */
  readonly value: number;
}

/** Reads one field and moves past it; undefined where the bytes end too early or are no protobuf that ONNX uses (it has no groups). */
function readField(bytes: Uint8Array, cursor: { at: number; readonly end: number }): Field | undefined {
  const tag = readVarint(bytes, cursor);
  if (tag === undefined || tag < 8 || tag > 0xffff_ffff) return undefined;
  const wireType = tag % 8;
  const number = Math.floor(tag / 8);
  let value = 0;
  if (wireType === VARINT || wireType === BYTES) {
    const read = readVarint(bytes, cursor);
    if (read === undefined) return undefined;
    value = read;
  }
  const length = wireType === BYTES ? value : wireType === FIXED64 ? 8 : wireType === FIXED32 ? 4 : wireType === VARINT ? 0 : -1;
  if (length < 0 || length > cursor.end - cursor.at) return undefined;
  cursor.at += length;
  return { number, wireType, value };
}

/** A varint of up to ten bytes, -1 where it is beyond 2^53: no length and no tag is. */
function readVarint(bytes: Uint8Array, cursor: { at: number; readonly end: number }): number | undefined {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i++) {
    if (cursor.at >= cursor.end) return undefined;
    const byte = bytes[cursor.at++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : -1;
    scale *= 128;
  }
  return undefined;
}
