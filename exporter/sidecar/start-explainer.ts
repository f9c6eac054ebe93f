import type { Baseline, ModelConfig } from '@modelwatch/core';
import type { Scorer } from '../models/scorer.js';
import { createExplainer, type Explainer } from '../pipeline/explainer.js';
import { createInputRows } from '../pipeline/input-rows.js';
import type { WatchedModel } from '../pipeline/watched-model.js';
import { startBackgroundScorer } from './background-scorer.js';
import type { BuildDeps } from './build-model.js';
import { GOLDEN_INTERVAL_MILLISECONDS } from './start-golden.js';

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
  const explainer: Explainer = createExplainer({
    ...config.explain,
    explanations: baseline.explanations,
    features: baseline.features.map(({ name }) => name),
    goldenRows: baseline.goldenRows,
    rows,
    background,
    watched,
    outputTensor: config.output.tensor,
    scorer: () => child.scorer,
    clock: deps.clock,
    onGolden(inconsistency) {
      if (inconsistency.failures > 0) logger.warn(inconsistency, 'golden rows do not have the explanations that they had in training');
    },
    onFault(fault) {
      logger.error({ err: fault }, 'a prediction could not be explained');
    },
  });
  const child = startBackgroundScorer({
    file: onnx.path,
    config: { ...onnx, processes: 1, threads: 1 },
    clock: deps.clock,
    logger,
    // What is explained is what serves, also where the file was exchanged meanwhile.
    refuse: (loaded) =>
      digest !== undefined && `sha256:${loaded.digest}` !== digest ? 'the file is not the one that serves any more' : undefined,
    onReady() {
      explainer.replayGolden();
    },
    onFailed(why) {
      logger.error(why, 'the child that explains cannot be loaded; predictions are not explained');
    },
  });
  const timer = setInterval(() => {
    explainer.replayGolden();
  }, GOLDEN_INTERVAL_MILLISECONDS).unref();
  return {
    ...explainer,
    get golden() {
      return explainer.golden;
    },
    async close() {
      clearInterval(timer);
      await Promise.all([explainer.close(), child.close()]);
    },
  };
}
