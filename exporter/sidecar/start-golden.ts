import type { Logger } from 'pino';
import type { Baseline } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { Scorer } from '../models/scorer.js';
import { createGoldenReplay, type GoldenReplay } from '../pipeline/golden-replay.js';
import { holdsFeaturesAlone } from '../pipeline/input-rows.js';
import type { WatchedModel } from '../pipeline/watched-model.js';

/** Golden rows are gone through again so often: their outputs, and their explanations. */
export const GOLDEN_INTERVAL_MILLISECONDS = 3_600_000;

/**
 * Replays the golden rows of a model that has been loaded, now and every hour, beside its traffic. Undefined where the baseline has none, or an
 * input is no table of features.
 */
export function startGolden(
  { baseline, scorer, watched }: { readonly baseline: Baseline | undefined; readonly scorer: Scorer; readonly watched: WatchedModel },
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): GoldenReplay | undefined {
  if (baseline === undefined || baseline.goldenRows.features.length === 0) return undefined;
  if (!holdsFeaturesAlone(scorer.inputs, watched.features)) {
    logger.info({ model: watched.name }, 'golden rows are not replayed: an input of the model is more than features of the baseline');
    return undefined;
  }
  const replay = createGoldenReplay({
    baseline,
    scorer,
    watched,
    nowSeconds: clock.nowSeconds,
    onDone({ rows, failures, missing, differenceMax }) {
      const found = { model: watched.name, version: watched.version, rows, failures, missing, differenceMax };
      if (failures > 0) logger.warn(found, 'the model does not give for golden rows what it gave in training');
    },
    onFault(fault) {
      logger.error({ err: fault, model: watched.name }, 'the golden rows could not be replayed');
    },
  });
  const timer = setInterval(() => void replay.run(), GOLDEN_INTERVAL_MILLISECONDS).unref();
  void replay.run();
  return {
    get last() {
      return replay.last;
    },
    run: () => replay.run(),
    stop() {
      clearInterval(timer);
      replay.stop();
    },
  };
}
