import type { Tensor } from './tensor.js';

/** A request of the Open Inference Protocol, decoded: every value checked, in typed arrays. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly inputs: readonly Tensor[];
  /** Outputs asked for, in order; undefined asks for all. */
  readonly outputs: readonly RequestedOutput[] | undefined;
  /** Whether outputs that do not say otherwise are wanted as binary data. */
  readonly binaryOutputs: boolean;
  /** Of each output one column alone is wanted; heeded by scorers that say so, never by a client's request. */
  readonly cut?: ColumnCut | undefined;
}

/** One column of outputs that come by row: what is compared or counted of an answer that may be large. */
export interface ColumnCut {
  /** Rows that the outputs must have. */
  readonly rows: number;
  /** The last unless said otherwise. */
  readonly column: number | undefined;
}

export interface RequestedOutput {
  readonly name: string;
  readonly binary: boolean;
}

export interface InferResponse {
  readonly outputs: readonly Tensor[];
}

/** A model's tensor: -1 stands for a dimension that is free. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: Tensor['datatype'];
  readonly shape: readonly number[];
}

export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

/** Another server's response, decoded. What it does not say is undefined. */
export interface DecodedResponse extends InferResponse {
  readonly id: string | undefined;
  readonly modelName: string | undefined;
  readonly modelVersion: string | undefined;
}
