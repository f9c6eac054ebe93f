import {
  accuracyDifference,
  disagreementRatio,
  latencyDifference,
  mcnemar,
  rolloutVerdict,
  VERDICTS,
  type IntervalReading,
  type RolloutCriteria,
} from '@modelwatch/core';
import { evidenceOf, type ChallengerCounts } from './challenger-counts.js';

/** A series, or what is asked of one, and the value it must have. */
export type Expected = readonly [expression: string, value: number];

/** Whose series they are, and over which window. */
export interface Recorded {
  readonly labels: string;
  readonly window: string;
}

/** All that the core says of a challenger, by the series that say the same. */
export function rolloutExpectations(whole: ChallengerCounts, criteria: RolloutCriteria, recorded: Recorded): readonly Expected[] {
  const { labels, window } = recorded;
  const judged = rolloutVerdict(evidenceOf(whole), criteria);
  const states = judged.criteria.flatMap(({ criterion, state, reading, bar, count }): Expected[] => {
    const series = (metric: string) =>
      `model_version_role_criterion:modelwatch_rollout_${metric}:${window}{${labels},criterion="${criterion}"}`;
    return [
      [series('count'), count],
      [series('bar'), bar],
      ...interval((bound) => series(bound === '' ? 'value' : bound.slice(1)), reading),
      [`model_version_role_criterion_state:modelwatch_rollout_state:${window}{${labels},criterion="${criterion}",state="${state}"}`, 1],
    ];
  });
  const verdicts = VERDICTS.map((verdict): Expected => [
    `model_version_role_verdict:modelwatch_rollout_verdict:${window}{${labels},verdict="${verdict}"}`,
    verdict === judged.verdict ? 1 : 0,
  ]);
  const own = (metric: string) => (bound: string) => `model_version_role:modelwatch_rollout_${metric}${bound}:${window}{${labels}}`;
  return [
    ...states,
    // No other state stands beside these.
    [`count(model_version_role_criterion_state:modelwatch_rollout_state:${window})`, judged.criteria.length],
    ...verdicts,
    ...interval(own('latency_difference_seconds'), latencyDifference(whole.latency, criteria.confidence)),
    ...statistic(own('mcnemar_chi_square')(''), whole.quality),
    ...[...whole.slices].flatMap(([value, { agreement, quality }]) => ofSlice(value, agreement, quality, criteria, recorded)),
  ];
}

function ofSlice(
  value: string,
  agreement: ChallengerCounts['agreement'],
  quality: ChallengerCounts['quality'],
  { confidence }: RolloutCriteria,
  { labels: own, window }: Recorded,
): Expected[] {
  const labels = `${own},slice="origin",slice_value="${value}"`;
  const series = (metric: string) => (bound: string) =>
    `model_version_role_slice_slice_value:modelwatch_rollout_${metric}${bound}:${window}{${labels}}`;
  return [
    [series('compared')(''), agreement.count],
    [series('judged')(''), quality.count],
    ...interval(series('disagreement_ratio'), disagreementRatio(agreement, confidence)),
    ...interval(series('accuracy_gain'), accuracyDifference(quality, confidence)),
    ...statistic(series('mcnemar_chi_square')(''), quality),
  ];
}

/** A value and its bounds, or that there is none. */
function interval(series: (bound: '' | '_lower' | '_upper') => string, reading: IntervalReading): Expected[] {
  if (reading.kind === 'undetermined') return (['', '_lower', '_upper'] as const).map((bound) => [`absent(${series(bound)})`, 1]);
  return [
    [series(''), reading.value],
    [series('_lower'), reading.lower],
    [series('_upper'), reading.upper],
  ];
}

function statistic(series: string, quality: ChallengerCounts['quality']): Expected[] {
  const { chiSquare } = mcnemar(quality);
  return chiSquare.kind === 'measured' ? [[series, chiSquare.value]] : [[`absent(${series})`, 1]];
}
