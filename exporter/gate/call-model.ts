import { succeed, type ErrorCode, type Result } from '../errors.js';
import type { InferRequest } from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import { watchedOutputAlone } from '../models/watched-output.js';
import { createOutputReader, type OutputReader } from '../pipeline/feature-reader.js';

/** Of a model: one row in, its watched output out. NaN is an answer that holds no such output. */
export interface CalledModel {
  readonly scorer: Scorer;
  call(request: InferRequest): Promise<Result<number>>;
}

export function createCalledModel(scorer: Scorer, output: { readonly tensor?: string; readonly column?: number }): CalledModel {
  const reader: OutputReader = createOutputReader(output.tensor, output.column);
  const outputs = watchedOutputAlone(scorer, output.tensor);
  return {
    scorer,
    call: (request) =>
      new Promise((resolve) => {
        scorer.score({ ...request, outputs }, (result) => {
          resolve(result.ok ? succeed(reader.read(result.value.outputs, 1)?.at(0) ?? NaN) : result);
        });
      }),
  };
}

/** Answers that may be a neighbour's doing: a child that died or hung takes with it what else was under way. */
const NEIGHBOURS_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'deadline_exceeded',
  'scorer_crashed',
  'quarantined',
  'overloaded',
  'not_ready',
]);

export function mayBeNeighbours(result: Result<number>): boolean {
  return !result.ok && NEIGHBOURS_CODES.has(result.error.code);
}
