import type { IntervalReading } from '../math/index.js';
import type { Agreement } from './agreement.js';
import { accuracyDifference, disagreementRatio, latencyRatio, lossDifference, missingOutputRatio } from './paired-readings.js';
import { INSUFFICIENT_DATA } from './intervals.js';
import type { LatencyPairs } from './latency-pairs.js';
import type { PairedQuality } from './paired-quality.js';
import { assertCriteria, ROLLOUT_CRITERIA, type RolloutCriteria } from './rollout-criteria.js';
import { failureRatio, type ShadowCounts } from './shadow-counts.js';

/** What is known of a challenger. What is left out is not known. */
export interface RolloutEvidence {
  readonly agreement?: Agreement;
  readonly quality?: PairedQuality;
  readonly latency?: LatencyPairs;
  readonly shadow?: ShadowCounts;
}

/** Every verdict, as it stands in the label `verdict`. */
export const VERDICTS = ['promote', 'hold', 'reject', 'insufficient_data'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Every criterion, in the order in which they give the reason. */
export const CRITERIA = ['failures', 'missing_outputs', 'latency', 'disagreement', 'quality_loss', 'quality_gain'] as const;
export type Criterion = (typeof CRITERIA)[number];

/** Where a criterion stands: shown to hold, shown not to hold, neither yet, or too little data to look at it. */
export type CriterionState = 'met' | 'breached' | 'open' | 'insufficient_data';

export interface CriterionReading {
  readonly criterion: Criterion;
  readonly state: CriterionState;
  readonly reading: IntervalReading;
  /** What the reading is held against: the greatest value of a ratio, the least gain of quality. */
  readonly bar: number;
  /** Pairs, tries or joined pairs that were read. */
  readonly count: number;
}

export interface RolloutVerdict {
  readonly verdict: Verdict;
  /** The criterion that decided; `all_met` for a promotion. */
  readonly reason: Criterion | 'all_met';
  /** Every criterion that is judged, in the order of `CRITERIA`. */
  readonly criteria: readonly CriterionReading[];
}

/**
 * Whether a challenger is to take the champion's place.
 *
 * Each criterion is a reading with its interval against a bar, so that both the statistical and the practical bar count: breached where the whole
 * interval lies beyond the bar, met where the whole interval lies within, open between. Then, the first that applies:
 *
 * 1. reject: a criterion is breached. It needs no other data: a challenger that always fails has no pairs, and is rejected.
 * 2. insufficient_data: a criterion has fewer than `pairsMin`.
 * 3. hold: a criterion is open, or undefined.
 * 4. promote: all are met.
 *
 * The reason is the first criterion of that state in the order of `CRITERIA`. A gain of quality is met or open, never breached: a challenger that is as
 * good is held, not rejected.
 *
 * Laws: the same evidence k times over keeps a reject a reject and a promotion a promotion. Where every criterion has its count, no
 * further evidence makes it `insufficient_data`. Wider bars keep a promotion, narrower ones a reject. Where a gain above 0 is wanted, of two
 * versions at most one is promoted over the other.
 *
 * The confidence is that of one look. Who looks again and again until a verdict comes, errs more often: see the page. Cost: constant.
 */
export function rolloutVerdict(evidence: RolloutEvidence, criteria: RolloutCriteria = ROLLOUT_CRITERIA): RolloutVerdict {
  assertCriteria(criteria);
  const readings = readingsOf(evidence, criteria);
  const first = (state: CriterionState) => readings.find((reading) => reading.state === state)?.criterion;
  const [breached, unknown, open] = [first('breached'), first('insufficient_data'), first('open')];
  if (breached !== undefined) return { verdict: 'reject', reason: breached, criteria: readings };
  if (unknown !== undefined) return { verdict: 'insufficient_data', reason: unknown, criteria: readings };
  if (open !== undefined) return { verdict: 'hold', reason: open, criteria: readings };
  return { verdict: 'promote', reason: 'all_met', criteria: readings };
}

function readingsOf({ agreement, quality, latency, shadow }: RolloutEvidence, criteria: RolloutCriteria): CriterionReading[] {
  const { confidence, failureRatioMax, latencyRatioMax, disagreementRatioMax, qualityLossMax, qualityGainMin } = criteria;
  const tries = shadow && { count: shadow.scored + shadow.failed + shadow.timedOut, reading: failureRatio(shadow, confidence) };
  const outputs = agreement && { count: agreement.count + agreement.challengerMissing, reading: missingOutputRatio(agreement, confidence) };
  const latencies = latency && { count: latency.count, reading: latencyRatio(latency, confidence) };
  const pairs = agreement && { count: agreement.count, reading: disagreementRatio(agreement, confidence) };
  const joined = quality && { count: quality.count, reading: qualityGain(quality, criteria) };
  return [
    ...ratio('failures', failureRatioMax, tries, criteria),
    ...ratio('missing_outputs', failureRatioMax, outputs, criteria),
    ...ratio('latency', latencyRatioMax, latencies, criteria),
    ...ratio('disagreement', disagreementRatioMax, pairs, criteria),
    judged('quality_loss', -qualityLossMax, joined, criteria),
    judged('quality_gain', qualityGainMin, joined, criteria),
  ];
}

interface Measured {
  readonly count: number;
  readonly reading: IntervalReading;
}

/** A ratio that has a bar; none where it has none. */
function ratio(
  criterion: Criterion,
  bar: number | undefined,
  measured: Measured | undefined,
  criteria: RolloutCriteria,
): CriterionReading[] {
  return bar === undefined ? [] : [judged(criterion, bar, measured, criteria)];
}

/** By how much the challenger is better: more accuracy, or less loss. */
export function qualityGain(
  quality: PairedQuality,
  { quality: meaning, confidence }: Pick<RolloutCriteria, 'quality' | 'confidence'>,
): IntervalReading {
  if (meaning === 'accuracy') return accuracyDifference(quality, confidence);
  const difference = lossDifference(quality, confidence);
  if (difference.kind === 'undetermined') return difference;
  return { kind: 'measured', value: -difference.value, lower: -difference.upper, upper: -difference.lower };
}

function judged(criterion: Criterion, bar: number, measured: Measured | undefined, { pairsMin }: RolloutCriteria): CriterionReading {
  const { count, reading } = measured ?? { count: 0, reading: INSUFFICIENT_DATA };
  return { criterion, bar, count, reading, state: stateOf(criterion, bar, reading, count < pairsMin) };
}

function stateOf(criterion: Criterion, bar: number, reading: IntervalReading, tooFew: boolean): CriterionState {
  if (tooFew) return 'insufficient_data';
  if (reading.kind === 'undetermined') return reading.reason === 'undefined' ? 'open' : 'insufficient_data';
  const { value, lower, upper } = reading;
  switch (criterion) {
    case 'quality_gain':
      return lower > bar ? 'met' : 'open';
    case 'quality_loss':
      return lower >= bar ? 'met' : upper < bar ? 'breached' : 'open';
    case 'failures':
    case 'missing_outputs':
    case 'latency':
    case 'disagreement':
      // No number of tries shows that a share is 0, so that a bar of 0 is met where there was no case.
      return upper <= bar || (bar === 0 && value === 0) ? 'met' : lower > bar ? 'breached' : 'open';
  }
}
