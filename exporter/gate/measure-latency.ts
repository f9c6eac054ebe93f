import { LatencyPairs } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { CalledModel } from './call-model.js';
import type { RequestPair } from './score-rows.js';

/** How long both models took for the same rows, one row at a time and nothing else under way. */
export interface MeasuredLatency {
  readonly pairs: LatencyPairs;
  /** Of each model in seconds, ascending. */
  readonly champion: Float64Array;
  readonly challenger: Float64Array;
}

/** Called and not counted: what is slow at first is the cold start, which is not this. */
const WARM_UP_PAIRS = 20;

/**
 * Scores rows alone, the two models in turns and each first in every second pair, so that what slows the machine for a while slows both. It is the
 * time of a call as a server waits for it, the way to the child and back included: about 0.1 ms, which brings the ratio of two fast models
 * closer to 1.
 */
export async function measureLatency(
  sample: readonly RequestPair[],
  { champion, challenger, clock }: { readonly champion: CalledModel; readonly challenger: CalledModel; readonly clock: Clock },
): Promise<MeasuredLatency> {
  const pairs = new LatencyPairs();
  const own: number[] = [];
  const others: number[] = [];
  const timed = async (model: CalledModel, request: RequestPair['champion']): Promise<number> => {
    const start = clock.monotonicSeconds();
    const result = await model.call(request);
    return result.ok ? clock.monotonicSeconds() - start : NaN;
  };
  for (const pair of sample.slice(0, WARM_UP_PAIRS)) {
    await timed(champion, pair.champion);
    await timed(challenger, pair.challenger);
  }
  for (const [i, pair] of sample.entries()) {
    const first = i % 2 === 0 ? await timed(champion, pair.champion) : await timed(challenger, pair.challenger);
    const second = i % 2 === 0 ? await timed(challenger, pair.challenger) : await timed(champion, pair.champion);
    const [championSeconds, challengerSeconds] = i % 2 === 0 ? [first, second] : [second, first];
    pairs.update({ championSeconds, challengerSeconds });
    if (Number.isNaN(championSeconds) || Number.isNaN(challengerSeconds)) continue;
    own.push(championSeconds);
    others.push(challengerSeconds);
  }
  return { pairs, champion: Float64Array.from(own).sort(), challenger: Float64Array.from(others).sort() };
}
