import {
  createReconstructor,
  ReconstructionErrors,
  type Baseline,
  type FeatureColumn,
  type ModelConfig,
  type PredictionBatch,
} from '@modelwatch/core';
import { isSampled } from './is-sampled.js';

/** Reconstruction errors of sampled predictions, summed, and what they are compared with. */
export interface ReconstructionWatch {
  readonly errors: ReconstructionErrors;
  /** Errors further than 3 standard deviations from the baseline's mean error. */
  readonly beyond: number;
  readonly reference: ReconstructionErrors;
  readonly sampleRatio: number;
  observe(batch: Pick<PredictionBatch, 'features' | 'ids' | 'rows'>): void;
}

/** On average a prediction costs no more: some microseconds. */
const MULTIPLICATIONS_MAX = 4000;
const DEVIATIONS = 3;

/** Undefined without a reconstruction in the baseline, or where it is switched off. Cost of a sampled row: 2 x features x components multiplications. */
export function createReconstructionWatch({ multivariate }: ModelConfig, baseline: Baseline | undefined): ReconstructionWatch | undefined {
  const model = baseline?.reconstruction;
  if (model === undefined) return undefined;
  const cost = 2 * model.features.length * (model.components.length + 1);
  const sampleRatio = multivariate.sampleRatio ?? Math.min(1, MULTIPLICATIONS_MAX / cost);
  if (sampleRatio === 0) return undefined;
  const { count, sum, squared } = model.errors;
  const reference = ReconstructionErrors.fromJSON({ count, sum, squared, missing: 0 });
  const [mean, reach] = [reference.mean, DEVIATIONS * Math.sqrt(reference.variance)];
  const errorsOf = createReconstructor(model);
  const errors = new ReconstructionErrors();
  let beyond = 0;
  return {
    errors,
    reference,
    sampleRatio,
    get beyond() {
      return beyond;
    },
    observe({ features: columns, ids, rows }) {
      const sampled = sampleRatio < 1 ? sampledRows({ columns, ids, rows }, sampleRatio) : { columns, rows };
      if (sampled.rows === 0) return;
      for (const error of errorsOf(sampled)) {
        errors.update(error);
        if (Math.abs(error - mean) > reach) beyond++;
      }
    },
  };
}

function sampledRows(
  { columns, ids, rows }: { readonly columns: PredictionBatch['features']; readonly ids: readonly string[]; readonly rows: number },
  ratio: number,
) {
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) if (isSampled(ids[row]!, ratio)) kept.push(row);
  return {
    columns: columns.map((column) => column && (kept.map((row) => column[row] ?? null) as FeatureColumn)),
    rows: kept.length,
  };
}
