import { createDueQueue } from './due-queue.js';
import { countError, type ReplayProgress } from './progress.js';
import type { GroundTruthItem, ReplayClient } from './replay-client.js';
import type { Timer } from './timer.js';

export interface GroundTruthSender {
  /** Posts the item once `delaySeconds` have passed. */
  add(item: GroundTruthItem, delaySeconds: number): void;
  /** Whether as much waits as may; a caller waits before it adds more. */
  readonly full: boolean;
  /** Nothing is added any more: resolves once all is posted, or the signal aborts. */
  finish(): Promise<void>;
}

/** Items in one request. */
const BATCH_MAX = 500;
const PENDING_MAX = 1_000_000;
export const TICK_SECONDS = 0.05;
/** Together about two minutes: longer than a restart of the server takes. */
const ATTEMPTS_MAX = 12;
const PAUSE_SECONDS_FIRST = 0.25;
const PAUSE_SECONDS_MAX = 15;

/**
 * Posts ground truth when it is due, in order, one request at a time. A request that the server could not take now is sent again: ground truth
 * is idempotent. Items carry no time, so that the server times them by the clock that timed their predictions.
 */
export function createGroundTruthSender(options: {
  readonly client: Pick<ReplayClient, 'postGroundTruth'>;
  readonly timer: Timer;
  readonly signal: AbortSignal;
  readonly progress: ReplayProgress;
}): GroundTruthSender {
  const { client, timer, signal, progress } = options;
  const due = createDueQueue<GroundTruthItem>();
  let finished = false;

  const run = async (): Promise<void> => {
    while (!signal.aborted && !(finished && due.length === 0)) {
      await timer.wait(TICK_SECONDS, signal);
      const items = due.takeDue(timer.monotonicSeconds());
      for (let i = 0; i < items.length && !signal.aborted; i += BATCH_MAX) await post(items.slice(i, i + BATCH_MAX));
    }
  };
  const post = async (batch: readonly GroundTruthItem[]): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await client.postGroundTruth(batch);
      if (outcome.ok) progress.groundTruthPosted += batch.length;
      else countError(progress, outcome.kind);
      if (outcome.ok || !outcome.retryable || attempt === ATTEMPTS_MAX) break;
      await timer.wait(Math.min(PAUSE_SECONDS_FIRST * 2 ** (attempt - 1), PAUSE_SECONDS_MAX), signal);
      if (signal.aborted) return;
    }
    progress.groundTruthPending -= batch.length;
  };
  const running = run();

  return {
    add(item, delaySeconds) {
      due.add(timer.monotonicSeconds() + delaySeconds, item);
      progress.groundTruthPending++;
    },
    get full() {
      return due.length >= PENDING_MAX;
    },
    async finish() {
      finished = true;
      await running;
    },
  };
}
