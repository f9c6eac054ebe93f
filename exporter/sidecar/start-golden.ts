import type { Logger } from 'pino';
import type { Baseline } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { Scorer } from '../models/scorer.js';
import { createGoldenReplay, type GoldenReplay } from '../pipeline/golden-replay.js';
import type { WatchedModel } from '../pipeline/watched-model.js';

const INTERVAL_MILLISECONDS = 3_600_000;
/** What the features of a baseline are columns of. */
const DIMENSIONS_MAX = 2;

/**
 * Replays the golden rows of a model that has been loaded, now and every hour, beside its traffic. Undefined where the baseline has none, or an
 * input is no table of features.
 */
export function startGolden(
  { baseline, scorer, watched }: { readonly baseline: Baseline | undefined; readonly scorer: Scorer; readonly watched: WatchedModel },
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): GoldenReplay | undefined {
  if (baseline === undefined || baseline.goldenRows.features.length === 0) return undefined;
  if (scorer.inputs.some(({ shape }) => shape.length === 0 || shape.length > DIMENSIONS_MAX)) return undefined;
  const replay = createGoldenReplay({
    baseline,
    scorer,
    watched,
    nowSeconds: clock.nowSeconds,
    onDone({ rows, failures, missing, differenceMax }) {
      const found = { model: watched.name, version: watched.version, rows, failures, missing, differenceMax };
      if (failures > 0) logger.warn(found, 'the model does not give for golden rows what it gave in training');
    },
  });
  const timer = setInterval(() => void replay.run(), INTERVAL_MILLISECONDS).unref();
  void replay.run();
  return {
    get rows() {
      return replay.rows;
    },
    get failures() {
      return replay.failures;
    },
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
