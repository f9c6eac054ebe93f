import { configuredCriteria, rolloutVerdict, type RolloutVerdict } from '@modelwatch/core';
import { emptyPaired, type PairedTally, type StoreReadings } from '../store/index.js';
import type { Challenger } from './challenger.js';
import type { ModelRuntime } from './model-runtime.js';

/** How a challenger compares once there is ground truth, as the store has counted it; nothing yet counts as 0. */
export function pairedOf({ series }: Pick<StoreReadings, 'series'>, model: string, { version, shadow }: Challenger): PairedTally {
  const told = series.find((tally) => tally.model === model && tally.version === version && tally.role === 'challenger');
  return told?.paired ?? emptyPaired(shadow.agreement.rule);
}

/**
 * The verdict of this sidecar alone, on all that it has counted: copies since the challenger was started, ground truth since the store was made.
 * Undefined where the configuration says too little to judge by.
 */
export function localVerdict(
  { name, config }: Pick<ModelRuntime, 'name' | 'config'>,
  challenger: Challenger,
  readings: Pick<StoreReadings, 'series'>,
): RolloutVerdict | undefined {
  const criteria = configuredCriteria(config, challenger.config);
  if (criteria === undefined) return undefined;
  const { agreement, latency, outcomes } = challenger.shadow;
  const { timed_out: timedOut, ...others } = outcomes;
  const { quality } = pairedOf(readings, name, challenger);
  return rolloutVerdict({ agreement, latency, quality, shadow: { ...others, timedOut } }, criteria);
}
