import { fail, quoteInput, succeed, type Result } from '../errors.js';
import type { InferRequest, TensorMetadata } from './open-inference/messages.js';
import type { Tensor } from './open-inference/tensor.js';

/** A request whose tensors are what a model takes. */
export interface CheckedRequest {
  /** In the order of the metadata. */
  readonly inputs: readonly Tensor[];
  /** Positions of the outputs asked for, in the order asked for; undefined for all. */
  readonly outputs: readonly number[] | undefined;
}

export interface Signature {
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

/**
 * Holds a request against a model's metadata: every input there once, with its datatype and a shape that fits, and no output asked for that
 * the model has not. That the values fill the shapes is the decoder's to know.
 */
export function checkRequest(signature: Signature, request: InferRequest): Result<CheckedRequest> {
  const inputs = orderInputs(signature.inputs, request.inputs);
  if (!inputs.ok) return inputs;
  for (let i = 0; i < signature.inputs.length; i++) {
    const wanted = signature.inputs[i]!;
    const given = inputs.value[i]!;
    if (given.datatype !== wanted.datatype)
      return fail('datatype_mismatch', `input ${quoteInput(wanted.name)} takes ${wanted.datatype}, got ${given.datatype}`);
    if (!shapeFits(wanted.shape, given.shape))
      return fail(
        'shape_mismatch',
        `input ${quoteInput(wanted.name)} takes shape ${shapeText(wanted.shape)}, got ${shapeText(given.shape)}`,
      );
  }
  // As other servers read it, an empty list asks for nothing in particular.
  if (request.outputs === undefined || request.outputs.length === 0) return succeed({ inputs: inputs.value, outputs: undefined });
  const positions: number[] = [];
  for (const { name } of request.outputs) {
    const position = signature.outputs.findIndex((output) => output.name === name);
    if (position === -1) return fail('unknown_output', `the model has no output ${quoteInput(name)}`);
    positions.push(position);
  }
  return succeed({ inputs: inputs.value, outputs: positions });
}

function orderInputs(wanted: readonly TensorMetadata[], given: readonly Tensor[]): Result<readonly Tensor[]> {
  if (given.length === wanted.length && given.every(({ name }, i) => name === wanted[i]!.name)) return succeed(given);
  const byName = new Map<string, Tensor>();
  for (const tensor of given) {
    if (byName.has(tensor.name)) return fail('duplicate_input', `input ${quoteInput(tensor.name)} is given twice`);
    byName.set(tensor.name, tensor);
  }
  const ordered: Tensor[] = [];
  for (const { name } of wanted) {
    const tensor = byName.get(name);
    if (tensor === undefined) return fail('missing_input', `input ${quoteInput(name)} is missing`);
    ordered.push(tensor);
    byName.delete(name);
  }
  for (const name of byName.keys()) return fail('unknown_input', `the model has no input ${quoteInput(name)}`);
  return succeed(ordered);
}

function shapeFits(wanted: readonly number[], given: readonly number[]): boolean {
  if (wanted.length !== given.length) return false;
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== -1 && wanted[i] !== given[i]) return false;
  return true;
}

const DIMENSIONS_SHOWN_MAX = 8;

function shapeText(shape: readonly number[]): string {
  const shown = shape.slice(0, DIMENSIONS_SHOWN_MAX).join(', ');
  return shape.length > DIMENSIONS_SHOWN_MAX ? `[${shown}, …]` : `[${shown}]`;
}
