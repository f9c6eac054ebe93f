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
  let text = `{"model_name":${JSON.stringify(modelName)}`;
  if (modelVersion !== undefined) text += `,"model_version":${JSON.stringify(modelVersion)}`;
  if (id !== undefined) text += `,"id":${JSON.stringify(id)}`;
  text += ',"outputs":[';
  const binary: Tensor[] = [];
  let separator = '';
  for (const output of outputs) {
    text += `${separator}{"name":${JSON.stringify(output.name)},"datatype":"${output.datatype}","shape":[${output.shape.join(',')}],`;
    if (isBinary(request, output.name)) {
      text += `"parameters":{"binary_data_size":${binarySize(output)}}}`;
      binary.push(output);
    } else text += `"data":${jsonData(output)}}`;
    separator = ',';
  }
  text += ']}';
  return binary.length === 0 ? { body: text, bytes: Buffer.byteLength(text), headerLength: undefined } : withBinary(text, binary);
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
