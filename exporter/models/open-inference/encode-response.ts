import type { InferRequest } from './messages.js';
import type { Tensor } from './tensor.js';
import { binarySize, jsonData, writeBinary } from './write-tensor.js';

export interface ResponseParts {
  readonly modelName: string;
  readonly modelVersion: string | undefined;
  readonly id: string | undefined;
  /** What goes into the response, in this order: see `selectOutputs`. */
  readonly outputs: readonly Tensor[];
  /** Says which outputs are wanted as binary data. */
  readonly request: InferRequest;
}

export interface EncodedMessage {
  /** Text where it is all JSON: Node sends a head and a text in one piece, a head and a buffer in two. */
  readonly body: Buffer | string;
  readonly bytes: number;
  /** Bytes of the JSON part where binary data follow it, for `Inference-Header-Content-Length`. */
  readonly headerLength: number | undefined;
}

/** Encodes an inference response: JSON, followed by the binary data of the outputs that are wanted so. */
export function encodeInferResponse({ modelName, modelVersion, id, outputs, request }: ResponseParts): EncodedMessage {
  let text = openingOf(modelName, modelVersion);
  if (id !== undefined) text += `,"id":${PLAIN.test(id) ? `"${id}"` : JSON.stringify(id)}`;
  text += ',"outputs":[';
  let binary: Tensor[] | undefined;
  for (let i = 0; i < outputs.length; i++) {
    const output = outputs[i]!;
    text += `${i === 0 ? '' : ','}{"name":${nameText(output.name)},"datatype":"${output.datatype}","shape":[${output.shape.join()}],`;
    if (isBinary(request, output.name)) {
      text += `"parameters":{"binary_data_size":${binarySize(output)}}}`;
      (binary ??= []).push(output);
    } else text += `"data":${jsonData(output)}}`;
  }
  text += ']}';
  return binary === undefined ? { body: text, bytes: Buffer.byteLength(text), headerLength: undefined } : withBinary(text, binary);
}

/** What needs no escape in JSON: most ids. Looking at a text first costs less than writing it character by character. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** The beginning of the answer before, most often that of the next as well: each piece of a text is an object. */
let opening: { readonly name: string; readonly version: string | undefined; readonly text: string } | undefined;

function openingOf(name: string, version: string | undefined): string {
  if (opening?.name !== name || opening.version !== version) {
    const text = `{"model_name":${JSON.stringify(name)}${version === undefined ? '' : `,"model_version":${JSON.stringify(version)}`}`;
    opening = { name, version, text };
  }
  return opening.text;
}

/** Names of outputs as JSON, remembered: they are those of a few models. */
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

function isBinary(request: InferRequest, name: string): boolean {
  if (request.outputs === undefined) return request.binaryOutputs;
  for (const output of request.outputs) if (output.name === name) return output.binary;
  return request.binaryOutputs;
}

function withBinary(text: string, tensors: readonly Tensor[]): EncodedMessage {
  const headerLength = Buffer.byteLength(text);
  let length = headerLength;
  for (const tensor of tensors) length += binarySize(tensor);
  const body = Buffer.allocUnsafe(length);
  body.write(text, 0);
  let at = headerLength;
  for (const tensor of tensors) {
    writeBinary(tensor, body, at);
    at += binarySize(tensor);
  }
  return { body, bytes: length, headerLength };
}
