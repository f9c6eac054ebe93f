import type { Logger } from 'pino';
import type { ChallengerConfig, ChallengerUpstreamConfig, ModelConfig, OnnxConfig } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { OnnxScorer } from '../models/onnx/index.js';
import type { CopyScorer } from '../models/scorer.js';
import type { UpstreamScorer } from '../models/upstream/upstream-scorer.js';
import { startBackgroundScorer } from './background-scorer.js';
import type { Probe } from './model-runtime.js';
import { startProbe } from './upstream-probe.js';

/** What scores the copies of a challenger. It gets ready while the champion serves already. */
export interface ChallengerScorer {
  /** Where copies go; undefined before it was ready for the first time, and for good where it cannot be. */
  readonly copies: CopyScorer | undefined;
  /** Its children, where it has some that are loaded. */
  readonly onnx: OnnxScorer | undefined;
  readonly ready: boolean;
  /** Whether it cannot be loaded: the next reload tries again. */
  readonly failed: boolean;
  /** Ends what it has, also what still loads. May be called twice. */
  close(): Promise<void>;
}

export function startChallengerScorer(
  { name }: Pick<ModelConfig, 'name'>,
  config: ChallengerConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): ChallengerScorer {
  const onFailed = (why: { readonly reason: string } | { readonly err: unknown }) => {
    logger.error(why, 'the challenger cannot be loaded; its copies are skipped');
  };
  return config.upstream === undefined
    ? childScorer(config.onnx!, clock, logger, onFailed)
    : serverScorer(name, config.upstream, config.inFlightMax, onFailed);
}

type OnFailed = (why: { readonly reason: string } | { readonly err: unknown }) => void;

function childScorer(config: OnnxConfig, clock: Clock, logger: Logger, onFailed: OnFailed): ChallengerScorer {
  let failed = false;
  const background = startBackgroundScorer({
    file: config.path,
    config,
    clock,
    logger,
    onFailed(why) {
      failed = true;
      onFailed(why);
    },
  });
  return {
    get copies() {
      return background.scorer;
    },
    get onnx() {
      return background.scorer;
    },
    get ready() {
      return background.scorer?.ready === true;
    },
    get failed() {
      return failed;
    },
    close: () => background.close(),
  };
}

/** A server that was ready once is asked from then on, whatever it says of itself: what it fails to answer is its failure. */
function serverScorer(modelName: string, config: ChallengerUpstreamConfig, connectionsMax: number, onFailed: OnFailed): ChallengerScorer {
  let scorer: UpstreamScorer | undefined;
  let probe: Probe | undefined;
  let wasReady = false;
  let failed = false;
  let closed = false;
  const end = async () => {
    probe?.close();
    await scorer?.close();
  };
  // undici takes 8 MB: it is loaded where there is something to call.
  const starting = import('../models/upstream/upstream-scorer.js')
    .then(async ({ createUpstreamScorer }) => {
      if (closed) return;
      scorer = createUpstreamScorer({ config, modelName, connectionsMax });
      probe = await startProbe({ get: scorer.get, circuitOpen: false }, config, modelName);
      if (closed) await end();
    })
    .catch((err: unknown) => {
      failed = true;
      onFailed({ err });
    });
  const isReady = () => {
    if (probe?.ready !== true) return false;
    wasReady = true;
    return true;
  };
  let closing: Promise<void> | undefined;
  return {
    get copies() {
      return wasReady || isReady() ? scorer : undefined;
    },
    onnx: undefined,
    get ready() {
      return isReady();
    },
    get failed() {
      return failed;
    },
    close() {
      closed = true;
      closing ??= end().then(() => starting);
      return closing;
    },
  };
}
