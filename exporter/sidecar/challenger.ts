import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { ChallengerConfig, ModelConfig } from '@modelwatch/core';
import type { OnnxScorer } from '../models/onnx/index.js';
import { createShadow, type Shadow } from '../pipeline/shadow.js';
import type { WatchedModel } from '../pipeline/watched-model.js';
import { startBackgroundScorer } from './background-scorer.js';
import type { BuildDeps } from './build-model.js';

/** One configured challenger at work. */
export interface Challenger {
  readonly version: string;
  /** Digest of all that it was made from, its champion included. */
  readonly fingerprint: string;
  readonly config: ChallengerConfig;
  readonly shadow: Shadow;
  /** Whether it answers now. */
  readonly ready: boolean;
  /** Undefined while it is not loaded, and for good where it cannot be. */
  readonly scorer: OnnxScorer | undefined;
  /** Whether it cannot be loaded: the next reload tries again. */
  readonly failed: boolean;
  close(): Promise<void>;
}

/**
 * Starts a challenger. It loads while the champion serves already: one that is slow, broken or not there costs a log line and its comparisons,
 * never the start of what answers requests.
 */
export function startChallenger(
  model: ModelConfig,
  config: ChallengerConfig,
  fingerprint: string,
  watched: WatchedModel,
  deps: BuildDeps,
): Challenger {
  const { clock } = deps;
  const logger = deps.logger.child({ model: model.name, version: config.version, role: 'challenger' });
  let failed = false;
  const background = startBackgroundScorer({
    file: config.onnx.path,
    config: config.onnx,
    clock,
    logger,
    onFailed(why) {
      failed = true;
      logger.error(why, 'the challenger cannot be loaded; its copies are skipped');
    },
  });
  const scored = deps.scoringSeconds(model.name, config.version, 'challenger');
  const shadow = createShadow({
    model,
    challenger: config,
    watched,
    scorer: () => background.scorer,
    monotonicSeconds: clock.monotonicSeconds,
    nowSeconds: clock.nowSeconds,
    record: deps.record,
    onScored(seconds) {
      scored.observe(seconds);
    },
    onFault(fault) {
      logger.error({ err: fault }, 'a copy could not be compared');
    },
  });
  return {
    version: config.version,
    fingerprint,
    config,
    shadow,
    get ready() {
      return background.scorer?.ready === true;
    },
    get scorer() {
      return background.scorer;
    },
    get failed() {
      return failed;
    },
    close: () => background.close(),
  };
}

/**
 * The challengers of a model: those that are as they were are taken over with their counts, the others are started. `championPrint` stands for
 * the champion they are compared with.
 */
export async function nextChallengers(
  current: readonly Challenger[],
  model: ModelConfig,
  championPrint: string,
  watched: WatchedModel,
  deps: BuildDeps,
): Promise<readonly Challenger[]> {
  const fingerprints = await Promise.all(model.challengers.map((config) => fingerprintOf(config, championPrint)));
  return model.challengers.map((config, i) => {
    const known = current.find(({ fingerprint, failed }) => fingerprint === fingerprints[i] && !failed);
    return known ?? startChallenger(model, config, fingerprints[i]!, watched, deps);
  });
}

/** A file is told from another by its size, its place on the disk and its time: reading it whole would hold up what serves. */
async function fingerprintOf(config: ChallengerConfig, championPrint: string): Promise<string> {
  const file = await stat(config.onnx.path).then(
    ({ size, ino, mtimeMs }) => [size, ino, mtimeMs],
    () => 'unreadable',
  );
  return createHash('sha256')
    .update(JSON.stringify([championPrint, config, file]))
    .digest('hex');
}
