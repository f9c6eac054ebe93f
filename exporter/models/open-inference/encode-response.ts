import { encodedMessage, tensorText, type EncodedMessage } from './encode-tensors.js';
import type { InferRequest } from './messages.js';
import type { Tensor } from './tensor.js';

export interface ResponseParts {
  readonly modelName: string;
  readonly modelVersion: string | undefined;
  readonly id: string | undefined;
  /** What goes into the response, in this order: see `selectOutputs`. */
  readonly outputs: readonly Tensor[];
  /** Says which outputs are wanted as binary data. */
  readonly request: InferRequest;
}

/** Encodes an inference response: JSON, followed by the binary data of the outputs that are wanted so. */
export function encodeInferResponse({ modelName, modelVersion, id, outputs, request }: ResponseParts): EncodedMessage {
  let text = openingOf(modelName, modelVersion);
  if (id !== undefined) text += `,"id":${PLAIN.test(id) ? `"${id}"` : JSON.stringify(id)}`;
  text += ',"outputs":[';
  let binary: Tensor[] | undefined;
  for (let i = 0; i < outputs.length; i++) {
    const output = outputs[i]!;
    const asBinary = isBinary(request, output.name);
    if (asBinary) (binary ??= []).push(output);
    if (i > 0) text += ',';
    text += tensorText(output, asBinary);
  }
  return encodedMessage(text + ']}', binary);
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

function isBinary(request: InferRequest, name: string): boolean {
  if (request.outputs === undefined) return request.binaryOutputs;
  for (const output of request.outputs) if (output.name === name) return output.binary;
  return request.binaryOutputs;
}
