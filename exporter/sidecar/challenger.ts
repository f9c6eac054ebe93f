import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { metric, type ChallengerConfig, type ModelConfig } from '@modelwatch/core';
import type { OnnxScorer } from '../models/onnx/index.js';
import { createShadow, type Shadow } from '../pipeline/shadow.js';
import type { WatchedModel } from '../pipeline/watched-model.js';
import { labelledHistogram, type LabelledHistogram } from '../telemetry/series.js';
import type { BuildDeps } from './build-model.js';
import { startChallengerScorer } from './challenger-scorer.js';

/** One configured challenger at work. */
export interface Challenger {
  readonly version: string;
  /** Digest of all that it was made from, its champion included. */
  readonly fingerprint: string;
  readonly config: ChallengerConfig;
  readonly shadow: Shadow;
  /** Whether it answers now. */
  readonly ready: boolean;
  /** How long it took for the copies that it scored. Its own, so that it goes with it. */
  readonly scoringSeconds: LabelledHistogram;
  /** Its children; undefined while they are not loaded, for good where they cannot be, and of a server of its own. */
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
  const scorer = startChallengerScorer(model, config, { clock, logger });
  const scoringSeconds = labelledHistogram(metric('modelwatch_scoring_duration_seconds'), [model.name, config.version, 'challenger']);
  const shadow = createShadow({
    model,
    challenger: config,
    watched,
    scorer: () => scorer.copies,
    monotonicSeconds: clock.monotonicSeconds,
    nowSeconds: clock.nowSeconds,
    record: deps.record,
    onScored(seconds) {
      scoringSeconds.observe(seconds);
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
    scoringSeconds,
    get ready() {
      return scorer.ready;
    },
    get scorer() {
      return scorer.onnx;
    },
    get failed() {
      return scorer.failed;
    },
    close: () => scorer.close(),
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

async function fingerprintOf(config: ChallengerConfig, championPrint: string): Promise<string> {
  const file = config.onnx === undefined ? undefined : await fileFingerprint(config.onnx.path);
  return createHash('sha256')
    .update(JSON.stringify([championPrint, config, file]))
    .digest('hex');
}

/** A file is told from another by its size, its place on the disk and its time: reading it whole would hold up what serves. */
export async function fileFingerprint(file: string): Promise<readonly number[] | 'unreadable'> {
  return stat(file).then(
    ({ size, ino, mtimeMs }) => [size, ino, mtimeMs],
    () => 'unreadable' as const,
  );
}
