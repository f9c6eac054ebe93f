import type { Baseline, ModelConfig } from '@modelwatch/core';
import type { BaselineFault } from './baseline-fault.js';

/**
 * Faults of a baseline that was evaluated as another kind of model than the configuration says: nothing of its evaluation could be compared with
 * what is served, and without a word nobody would miss it.
 */
export function evaluationKindFaults(
  file: string,
  { evaluation }: Baseline,
  kind: ModelConfig['output']['kind'],
): readonly BaselineFault[] {
  if (evaluation === undefined || evaluation.kind === kind) return [];
  const message = `the evaluation is of a ${evaluation.kind}, and the configuration says that the output is a ${kind}; set output.kind, or make the baseline anew`;
  return [{ file, pointer: '/evaluation/kind', message }];
}
