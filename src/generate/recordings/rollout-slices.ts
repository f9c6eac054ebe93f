import { confidenceStandardErrors } from '../../math/index.js';
import { PAIRS_MIN } from '../../rollout/index.js';
import { indent, MODEL_LABELS, number, summedIncrease, wilsonBound } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';
import { accuracyGain, mcnemarChiSquare } from './rollout-readings.js';
import type { RolloutSeries } from './rollout-rules.js';
import { DISAGREED } from './shadow.js';

const LABELS = `${MODEL_LABELS}, slice, slice_value`;

/** By slice, what counters allow: disagreement and the gain of accuracy with their bounds, and McNemar's statistic. */
export function slices({ select, window, criteria }: RolloutSeries): readonly RecordingRule[] {
  const name = (metric: string) => `model_version_role_slice_slice_value:modelwatch_rollout_${metric}:${window}`;
  const own = (metric: string) => select(name(metric));
  const sum = (metric: string, ...matchers: string[]) =>
    summedIncrease(LABELS, select(`modelwatch_shadow_slice_${metric}_total`, ...matchers), window);
  const z = confidenceStandardErrors(criteria.confidence);
  const [share, count] = [own('disagreement_ratio'), own('compared')];
  const pairs = { championOnly: own('champion_only_right'), challengerOnly: own('challenger_only_right'), count: own('judged') };
  return [
    { record: name('compared'), expr: sum('agreement') },
    { record: name('disagreement_ratio'), expr: `${sum('agreement', DISAGREED)}\n/\n(${count} >= ${PAIRS_MIN})` },
    { record: name('disagreement_ratio_lower'), expr: `clamp_min(\n${indent(wilsonBound(share, count, z, '-'))},\n  0\n)` },
    { record: name('disagreement_ratio_upper'), expr: `clamp_max(\n${indent(wilsonBound(share, count, z, '+'))},\n  1\n)` },
    { record: name('judged'), expr: sum('paired') },
    { record: name('champion_only_right'), expr: sum('paired', 'outcome="champion_only_right"') },
    { record: name('challenger_only_right'), expr: sum('paired', 'outcome="challenger_only_right"') },
    { record: name('mcnemar_chi_square'), expr: mcnemarChiSquare(pairs.championOnly, pairs.challengerOnly, pairs.count) },
    ...accuracyGain((bound) => name(`accuracy_gain${bound}`), { ...pairs, on: '' }, number(z)),
  ];
}
