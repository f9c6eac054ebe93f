import type { ModelMetadata, TensorMetadata } from './messages.js';

/** The one extension of the protocol that this codec speaks, by the name Triton gives it. */
export const EXTENSIONS: readonly string[] = ['binary_tensor_data'];

export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
}

/** The answer to `GET /v2`. */
export function encodeServerMetadata({ name, version }: ServerMetadata): string {
  return JSON.stringify({ name, version, extensions: EXTENSIONS });
}

/** The answer to `GET /v2/models/{model}`: just the fields of the protocol. */
export function encodeModelMetadata({ name, versions, platform, inputs, outputs }: ModelMetadata): string {
  return JSON.stringify({ name, versions, platform, inputs: inputs.map(tensorFields), outputs: outputs.map(tensorFields) });
}

function tensorFields({ name, datatype, shape }: TensorMetadata): TensorMetadata {
  return { name, datatype, shape };
}
