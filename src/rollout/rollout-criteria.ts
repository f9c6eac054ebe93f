import { ROLLOUT_DEFAULTS } from '../contracts/config-rollout.js';
import { PAIRS_MIN } from './intervals.js';

/** What a challenger must show before it may take the champion's place, and what rules it out. Bars, not statistics: they belong to the configuration. */
export interface RolloutCriteria {
  /** Fewest pairs, tries and joined pairs of which anything is said; from 100 on. */
  readonly pairsMin: number;
  /** What quality means: the share of right predictions, or the mean loss (Brier score, squared error). */
  readonly quality: 'accuracy' | 'loss';
  /** Largest loss of quality tolerated, in the unit of the quality. */
  readonly qualityLossMax: number;
  /** Gain of quality that a promotion needs to exceed; below 0, down to the tolerated loss, no gain is needed: as good will do. */
  readonly qualityGainMin: number;
  /** Largest share of predictions on which the two may disagree. Left out: it is not judged. */
  readonly disagreementRatioMax?: number;
  /** Largest mean scoring time, as a multiple of the champion's. Left out: it is not judged. */
  readonly latencyRatioMax?: number;
  /** Largest share of failed calls, and of missing outputs. Left out: neither is judged. */
  readonly failureRatioMax?: number;
  /** Of every interval: two-sided, of one look. */
  readonly confidence: number;
}

export const ROLLOUT_CRITERIA: RolloutCriteria = ROLLOUT_DEFAULTS;

/** Refuses criteria that contradict themselves: a programmer's error, since the configuration is checked where it is read. */
export function assertCriteria(criteria: RolloutCriteria): void {
  const { pairsMin, qualityLossMax, qualityGainMin, disagreementRatioMax, latencyRatioMax, failureRatioMax, confidence } = criteria;
  const refuse = (what: string, got: number) => {
    throw new RangeError(`rollout criteria need ${what}, got ${got}`);
  };
  if (!(pairsMin >= PAIRS_MIN && pairsMin < Infinity)) refuse(`at least ${PAIRS_MIN} pairs`, pairsMin);
  if (!(qualityLossMax >= 0 && qualityLossMax < Infinity)) refuse('a tolerated loss of at least 0', qualityLossMax);
  if (!(qualityGainMin >= -qualityLossMax && qualityGainMin < Infinity))
    refuse(`a wanted gain of at least ${-qualityLossMax}, the tolerated loss`, qualityGainMin);
  for (const ratio of [disagreementRatioMax, failureRatioMax]) {
    if (ratio !== undefined && !(ratio >= 0 && ratio <= 1)) refuse('ratios from 0 to 1', ratio);
  }
  if (latencyRatioMax !== undefined && !(latencyRatioMax > 0 && latencyRatioMax < Infinity))
    refuse('a latency ratio above 0', latencyRatioMax);
  if (!(confidence > 0 && confidence < 1)) refuse('a confidence between 0 and 1', confidence);
}
