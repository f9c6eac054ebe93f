import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { RowScore } from './v2-row.js';

export const FEATURES = 30;

/** The benchmark's model, from `exporter/models/testdata`. This file runs from `exporter/dist/bench/rivals`. */
export const MODEL_FILE = fileURLToPath(new URL('../../../models/testdata/gradient-boosting-30.onnx', import.meta.url));

export interface BatchScore {
  readonly labels: BigInt64Array;
  /** Two a row: negative, positive. */
  readonly probabilities: Float32Array;
}

/** Loads the model, and returns what runs it on rows that stand one after the other. */
export async function openSession(): Promise<(values: Float32Array) => Promise<BatchScore>> {
  const session = await InferenceSession.create(MODEL_FILE, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return async (values) => {
    const outputs = await session.run({ features: new Tensor('float32', values, [values.length / FEATURES, FEATURES]) });
    return { labels: outputs['label']!.data as BigInt64Array, probabilities: outputs['probabilities']!.data as Float32Array };
  };
}

export function scoreOf({ labels, probabilities }: BatchScore, row: number): RowScore {
  return { label: labels[row]!, negative: probabilities[2 * row]!, positive: probabilities[2 * row + 1]! };
}
