import { createHash } from 'node:crypto';
import type { ErrorModelConfig, ModelConfig } from '@modelwatch/core';
import { createErrorEstimator, errorModelFault, type ErrorEstimator } from '../pipeline/error-estimator.js';
import { startBackgroundScorer } from './background-scorer.js';
import type { BuildDeps } from './build-model.js';
import { fileFingerprint } from './challenger.js';
import type { ModelRuntime } from './model-runtime.js';

/** The configured error model of a champion at work. */
export interface ErrorModel {
  /** Digest of all that it was made from, its champion included. */
  readonly fingerprint: string;
  readonly config: ErrorModelConfig;
  readonly estimator: ErrorEstimator;
  readonly ready: boolean;
  /** Its outputs; empty while it is not loaded. */
  readonly outputs: readonly string[];
  /** Whether it cannot be loaded or used: the next reload tries again. */
  readonly failed: boolean;
  close(): Promise<void>;
}

/** The error model of a champion: one that is as it was is taken over with its counts, another is started. Undefined where none is configured. */
export async function nextErrorModel(
  current: ErrorModel | undefined,
  model: ModelConfig,
  championPrint: string,
  runtime: Pick<ModelRuntime, 'watched' | 'source'>,
  deps: BuildDeps,
): Promise<ErrorModel | undefined> {
  const config = model.champion.errorModel;
  if (config === undefined) return undefined;
  const file = await fileFingerprint(config.onnx.path);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([championPrint, config, file]))
    .digest('hex');
  if (current?.fingerprint === fingerprint && !current.failed) return current;
  return startErrorModel(model, config, fingerprint, runtime, deps);
}

/** It loads while the champion serves already: one that is slow, broken or not there costs a log line and its estimates. */
function startErrorModel(
  { name, champion }: ModelConfig,
  config: ErrorModelConfig,
  fingerprint: string,
  { watched, source }: Pick<ModelRuntime, 'watched' | 'source'>,
  { clock, logger: parent }: BuildDeps,
): ErrorModel {
  const logger = parent.child({ model: name, version: champion.version, purpose: 'error model' });
  const inputs = source.kind === 'onnx' ? source.scorer.inputs : undefined;
  let failed = false;
  const child = startBackgroundScorer({
    file: config.onnx.path,
    config: config.onnx,
    clock,
    logger,
    refuse: (loaded) => errorModelFault(loaded, inputs, config.predictionInput),
    onFailed(why) {
      failed = true;
      logger.error(why, 'the error model cannot be used; errors are not estimated');
    },
  });
  const estimator = createErrorEstimator({
    config,
    watched,
    scorer: () => child.scorer,
    onFault(fault) {
      logger.error({ err: fault }, 'errors of a prediction could not be estimated');
    },
  });
  return {
    fingerprint,
    config,
    estimator,
    get ready() {
      return child.scorer?.ready === true;
    },
    get outputs() {
      return (child.scorer?.outputs ?? []).map((output) => output.name);
    },
    get failed() {
      return failed;
    },
    close: () => child.close(),
  };
}
