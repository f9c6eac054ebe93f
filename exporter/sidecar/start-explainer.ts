import type { Baseline, ModelConfig } from '@modelwatch/core';
import { createOnnxScorer, type OnnxScorer } from '../models/onnx/index.js';
import type { Scorer } from '../models/scorer.js';
import { createExplainer, type Explainer } from '../pipeline/explainer.js';
import { createInputRows } from '../pipeline/input-rows.js';
import type { WatchedModel } from '../pipeline/watched-model.js';
import type { BuildDeps } from './build-model.js';

/** Explaining stands back where serving wants the CPU. */
const NICENESS = 10;
const GOLDEN_INTERVAL_MILLISECONDS = 3_600_000;

export interface ExplainedModel {
  readonly config: ModelConfig;
  readonly baseline: Baseline | undefined;
  /** Of the file that serves. */
  readonly digest: string | undefined;
  readonly watched: WatchedModel;
}

/**
 * Explains predictions of a model that serves already, in a child of its own that loads meanwhile: one that is slow, broken or not there costs
 * a log line and explanations. Undefined where the baseline has none to compare with, none are wanted, or an input is no table of features.
 */
export function startExplainer(
  { config, baseline, digest, watched }: ExplainedModel,
  champion: Scorer,
  deps: Pick<BuildDeps, 'clock' | 'logger'>,
): Explainer | undefined {
  const { onnx } = config.champion;
  const { share } = config.explain;
  if (onnx === undefined || baseline?.explanations === undefined || share === 0) return undefined;
  const logger = deps.logger.child({ model: config.name, version: watched.version, purpose: 'explain' });
  const rows = createInputRows(champion.inputs, watched.features);
  const background = baseline.explanations.background.flatMap((row) => {
    const inputs = rows?.ofBaseline(row);
    return inputs === undefined ? [] : [inputs];
  });
  if (rows === undefined || background.length < baseline.explanations.background.length) {
    logger.info('predictions are not explained: the model takes something else than the features of its baseline');
    return undefined;
  }
  let scorer: OnnxScorer | undefined;
  let closed = false;
  const explainer = createExplainer({
    ...config.explain,
    explanations: baseline.explanations,
    features: baseline.features.map(({ name }) => name),
    goldenRows: baseline.goldenRows,
    rows,
    background,
    watched,
    outputTensor: config.output.tensor,
    scorer: () => scorer,
    clock: deps.clock,
    onGolden(inconsistency) {
      if (inconsistency.failures > 0) logger.warn(inconsistency, 'golden rows do not have the explanations that they had in training');
    },
    onFault(fault) {
      logger.error({ err: fault }, 'a prediction could not be explained');
    },
  });
  const cannotLoad = (why: object) => {
    logger.error(why, 'the child that explains cannot be loaded; predictions are not explained');
  };
  createOnnxScorer({
    file: onnx.path,
    config: { ...onnx, processes: 1, threads: 1 },
    clock: deps.clock,
    logger,
    niceness: NICENESS,
  })
    .then(async (loaded) => {
      if (!loaded.ok) return cannotLoad({ reason: loaded.error.message });
      // What is explained is what serves, also where the file was exchanged meanwhile.
      const isOther = digest !== undefined && `sha256:${loaded.value.digest}` !== digest;
      if (isOther) cannotLoad({ reason: 'the file is not the one that serves any more' });
      if (closed || isOther) return loaded.value.close();
      scorer = loaded.value;
      explainer.replayGolden();
    })
    .catch((fault: unknown) => {
      cannotLoad({ err: fault });
    });
  const timer = setInterval(() => {
    explainer.replayGolden();
  }, GOLDEN_INTERVAL_MILLISECONDS).unref();
  return {
    ...explainer,
    get golden() {
      return explainer.golden;
    },
    // One that is still loading is closed when it has loaded; nobody waits for that.
    async close() {
      closed = true;
      clearInterval(timer);
      await Promise.all([explainer.close(), scorer?.close()]);
    },
  };
}
