import { compareGoldenRows, type Baseline, type GoldenRowsParity } from '@modelwatch/core';
import { SHED_CODES, type ErrorCode } from '../errors.js';
import type { InferRequest } from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import type { WatchedModel } from './watched-model.js';
import { goldenRequest } from './golden-request.js';

/** Answers that say how busy or how whole the child is, not what the model gives. */
export const BUSY_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([...SHED_CODES, 'deadline_exceeded', 'scorer_crashed']);

/** Replays of a model's golden rows, one after the other. */
export interface GoldenReplay {
  /** Of the last replay that came to its end. */
  readonly last: { readonly parity: GoldenRowsParity; readonly timeSeconds: number } | undefined;
  /**
   * Scores all rows, one by one; one that is under way already is joined. Given up where a row finds no room or no time: that says nothing of
   * the model. Never rejects.
   */
  run(): Promise<void>;
  /** No further row is scored, and a replay under way does not count. */
  stop(): void;
}

export interface GoldenReplayOptions {
  readonly baseline: Baseline;
  readonly scorer: Scorer;
  readonly watched: Pick<WatchedModel, 'features' | 'output'>;
  readonly nowSeconds: () => number;
  readonly onDone: (parity: GoldenRowsParity) => void;
  /** A fault of our own: it cost a replay. */
  readonly onFault: (fault: unknown) => void;
}

/**
 * Makes replays of the golden rows of a baseline through the model in force: a wrong export, another order of features or another
 * preprocessing shows before traffic does. Rows wait for each other, so that a replay is never more than one request beside the traffic.
 */
export function createGoldenReplay({ baseline, scorer, watched, nowSeconds, onDone, onFault }: GoldenReplayOptions): GoldenReplay {
  const { features, outputs, toleranceAbsolute } = baseline.goldenRows;
  let last: GoldenReplay['last'];
  let underWay: Promise<void> | undefined;
  let stopped = false;

  const score = (request: InferRequest): Promise<number | 'given up'> =>
    new Promise((resolve) => {
      scorer.score(request, (result) => {
        if (result.ok) resolve(watched.output.read(result.value.outputs, 1)?.at(0) ?? NaN);
        else resolve(BUSY_CODES.has(result.error.code) ? 'given up' : NaN);
      });
    });
  const replay = async () => {
    const scored: number[] = [];
    const recorded: number[] = [];
    for (const [i, row] of features.entries()) {
      if (stopped) return;
      // A row that no client could send, such as one that lacks an integer, shows nothing.
      const request = goldenRequest(row, scorer.inputs, watched.features);
      if (!request.ok) continue;
      const output = await score(request.value);
      if (output === 'given up') return;
      scored.push(output);
      recorded.push(outputs[i]!);
    }
    if (stopped) return;
    const parity = compareGoldenRows({ recorded, scored, toleranceAbsolute });
    last = { parity, timeSeconds: nowSeconds() };
    onDone(parity);
  };
  return {
    get last() {
      return last;
    },
    run() {
      underWay ??= replay()
        .catch(onFault)
        .finally(() => (underWay = undefined));
      return underWay;
    },
    stop() {
      stopped = true;
    },
  };
}
