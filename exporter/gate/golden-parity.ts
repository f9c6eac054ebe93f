import type { Baseline, GoldenRowsParity, ModelConfig } from '@modelwatch/core';
import type { OnnxScorer } from '../models/onnx/index.js';
import { createFeatureReader, createOutputReader } from '../pipeline/feature-reader.js';
import { createGoldenReplay } from '../pipeline/golden-replay.js';
import { GateError } from './gate-error.js';

/** What a model gives for the golden rows of its baseline, or why they were not replayed. */
export type GoldenFinding =
  { readonly kind: 'replayed'; readonly parity: GoldenRowsParity } | { readonly kind: 'none'; readonly why: string };

/** What the features of a baseline are columns of. */
const DIMENSIONS_MAX = 2;

/** Replays the golden rows of a baseline as a sidecar does when it loads the model. A baseline made with another model file is refused. */
export async function goldenParity(
  side: 'champion' | 'challenger',
  baseline: Baseline | undefined,
  scorer: OnnxScorer,
  { inputs, output }: ModelConfig,
): Promise<GoldenFinding> {
  if (baseline === undefined) return { kind: 'none', why: 'no baseline' };
  const { modelDigest } = baseline.provenance;
  if (modelDigest !== undefined && modelDigest !== `sha256:${scorer.digest}`)
    throw new GateError(`the baseline of the ${side} was made with another model file`);
  if (baseline.goldenRows.outputs.length === 0) return { kind: 'none', why: 'the baseline has none' };
  const features = createFeatureReader({ features: baseline.features, inputs, sliceFeatures: [] });
  const isTable = ({ name, shape }: (typeof scorer.inputs)[number]) => {
    const held = features.featuresIn(name, scorer.inputs.length === 1);
    return shape.length > 0 && shape.length <= DIMENSIONS_MAX && held.length > 0 && !held.includes(-1);
  };
  if (!scorer.inputs.every(isTable)) return { kind: 'none', why: 'an input is more than features of the baseline' };
  let fault: unknown;
  const replay = createGoldenReplay({
    baseline,
    scorer,
    watched: { features, output: createOutputReader(output.tensor, output.column) },
    nowSeconds: () => 0,
    onDone: () => undefined,
    onFault(found) {
      fault = found;
    },
  });
  await replay.run();
  if (fault !== undefined) throw fault;
  return replay.last === undefined
    ? { kind: 'none', why: 'a row had no answer in time, or killed the child' }
    : { kind: 'replayed', parity: replay.last.parity };
}
