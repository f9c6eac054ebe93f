import type { Tensor } from './tensor.js';
import { binarySize, jsonData, writeBinary } from './write-tensor.js';

export interface EncodedMessage {
  /** Text where it is all JSON: Node sends a head and a text in one piece, a head and a buffer in two. */
  readonly body: Buffer | string;
  readonly bytes: number;
  /** Bytes of the JSON part where binary data follow it, for `Inference-Header-Content-Length`. */
  readonly headerLength: number | undefined;
}

/** A tensor as JSON: with its values, or with the size of the binary data that stand for them. */
export function tensorText(tensor: Tensor, isBinary: boolean): string {
  const values = isBinary ? `"parameters":{"binary_data_size":${binarySize(tensor)}}}` : `"data":${jsonData(tensor)}}`;
  return `{"name":${nameText(tensor.name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join()}],${values}`;
}

/** The JSON of a message, followed by the binary data of those of its tensors that are sent so. */
export function encodedMessage(text: string, binary: readonly Tensor[] | undefined): EncodedMessage {
  if (binary === undefined) return { body: text, bytes: Buffer.byteLength(text), headerLength: undefined };
  const headerLength = Buffer.byteLength(text);
  let length = headerLength;
  for (const tensor of binary) length += binarySize(tensor);
  const body = Buffer.allocUnsafe(length);
  body.write(text, 0);
  let at = headerLength;
  for (const tensor of binary) {
    writeBinary(tensor, body, at);
    at += binarySize(tensor);
  }
  return { body, bytes: length, headerLength };
}

/** Names of tensors as JSON, remembered: they are those of a few models. */
const names = new Map<string, string>();
const NAMES_MAX = 1024;

function nameText(name: string): string {
  let text = names.get(name);
  if (text === undefined) {
    text = JSON.stringify(name);
    if (names.size < NAMES_MAX) names.set(name, text);
  }
  return text;
}
