import type { ColumnCut, TensorMetadata } from '../open-inference/messages.js';
import type { TensorData } from '../open-inference/tensor.js';
import type { ModelFault } from './model-fault.js';

/** What a child is started for: to tell what it takes before any model, to try a model file, or to serve a model that has been tried. */
export type ChildPurpose = 'measure' | 'try' | 'serve';

/** Passed to a child as its one argument, in JSON. */
export interface ChildOptions {
  readonly purpose: ChildPurpose;
  readonly modelBytes: number;
  readonly threads: number;
  readonly outputBytesMax: number;
}

/**
 * One call of the model, to a child. A child answers calls in order. Few large typed arrays cross a process boundary cheaply, many small
 * objects do not: the rows of all requests of a call stand in one array per input.
 */
export interface CallMessage {
  readonly call: number;
  /** Requests that share the call: each may have `outputBytesMax` of output. */
  readonly requests: number;
  /** By input, in the order of the metadata. */
  readonly shapes: readonly (readonly number[])[];
  readonly data: readonly TensorData[];
  /** Positions of the outputs to compute; undefined for all. */
  readonly outputs: readonly number[] | undefined;
  /** What is to leave the child of each output; undefined for all of it. */
  readonly cut?: ColumnCut | undefined;
}

/** Outputs of one call, in the order asked for. */
export interface AnswerMessage {
  readonly kind: 'answer';
  readonly call: number;
  readonly shapes: readonly (readonly number[])[];
  readonly data: readonly TensorData[];
  /** CPU time of the child since its last answer, or since it was ready. */
  readonly cpuSeconds: number;
}

export interface FailureMessage {
  readonly kind: 'failure';
  readonly call: number;
  readonly code: 'model_refused' | 'model_failed' | 'output_too_large' | 'not_by_row';
  /** CPU time of the child since its last answer, or since it was ready. */
  readonly cpuSeconds: number;
}

/** The model is loaded and has run once. */
export interface ReadyMessage {
  readonly kind: 'ready';
  readonly model: LoadedModel;
  readonly addressBytes: number | undefined;
}

export interface LoadedModel {
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** Whether the model's signature lets requests share a call: every first dimension is free. */
  readonly batchable: boolean;
}

export type ChildMessage =
  | AnswerMessage
  | FailureMessage
  | ReadyMessage
  | { readonly kind: 'refused'; readonly fault: ModelFault }
  /** The most address space the child has had; undefined where the system does not tell. */
  | { readonly kind: 'measured'; readonly addressBytes: number | undefined };
