import { compareGoldenRows, type Baseline, type GoldenRowsParity } from '@modelwatch/core';
import type { Scorer } from '../models/scorer.js';
import type { WatchedModel } from './watched-model.js';
import { goldenRequest } from './golden-request.js';

/** Replays of a model's golden rows, one after the other. */
export interface GoldenReplay {
  /** Over all replays. */
  readonly rows: number;
  readonly failures: number;
  /** Of the last replay that came to its end. */
  readonly last: { readonly parity: GoldenRowsParity; readonly timeSeconds: number } | undefined;
  /** Scores all rows, one by one. One that is under way already is joined. */
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
}

/**
 * Makes replays of the golden rows of a baseline through the model in force: a wrong export, another order of features or another
 * preprocessing shows before traffic does. Rows wait for each other, so that a replay is never more than one request beside the traffic.
 */
export function createGoldenReplay({ baseline, scorer, watched, nowSeconds, onDone }: GoldenReplayOptions): GoldenReplay {
  const { features, outputs, toleranceAbsolute } = baseline.goldenRows;
  let rows = 0;
  let failures = 0;
  let last: GoldenReplay['last'];
  let underWay: Promise<void> | undefined;
  let stopped = false;

  const score = (row: (typeof features)[number]): Promise<number> =>
    new Promise((resolve) => {
      const request = goldenRequest(row, scorer.inputs, watched.features);
      if (!request.ok) {
        resolve(NaN);
        return;
      }
      scorer.score(request.value, (result) => {
        resolve(result.ok ? (watched.output.read(result.value.outputs, 1)?.at(0) ?? NaN) : NaN);
      });
    });
  const replay = async () => {
    const scored: number[] = [];
    for (const row of features) {
      scored.push(await score(row));
      if (stopped) return;
    }
    const parity = compareGoldenRows({ recorded: outputs, scored, toleranceAbsolute });
    rows += parity.rows;
    failures += parity.failures;
    last = { parity, timeSeconds: nowSeconds() };
    onDone(parity);
  };
  return {
    get rows() {
      return rows;
    },
    get failures() {
      return failures;
    },
    get last() {
      return last;
    },
    run() {
      underWay ??= replay().finally(() => (underWay = undefined));
      return underWay;
    },
    stop() {
      stopped = true;
    },
  };
}
