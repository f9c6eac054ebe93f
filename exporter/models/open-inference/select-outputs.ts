import { fail, quoteInput, succeed, type Result } from '../../errors.js';
import type { InferRequest } from './messages.js';

/**
 * The outputs a request asks for, in the order it asks: all where it names none. Takes a model's metadata, to refuse before scoring, or the
 * tensors it gave, to encode them.
 */
export function selectOutputs<Output extends { readonly name: string }>(
  outputs: readonly Output[],
  request: InferRequest,
): Result<readonly Output[]> {
  if (request.outputs === undefined || request.outputs.length === 0) return succeed(outputs);
  const selected: Output[] = [];
  for (const { name } of request.outputs) {
    const output = outputs.find((candidate) => candidate.name === name);
    if (output === undefined) return fail('unknown_output', `the model has no output ${quoteInput(name)}`);
    selected.push(output);
  }
  return succeed(selected);
}
