import { measureRatio, RATIO_COUNT_MIN, ratioByChance } from './measure-ratio.js';
import type { Statistic } from './statistic.js';

/**
 * The share of current values that are missing: absent, null, NaN or the empty string. Formula: missing / (missing + count). Of the current
 * values alone, not less the share of the reference: a rule can subtract that, and a person asks how many are missing.
 *
 * Use it for: broken joins and silent senders. Not for: defaults that stand in for missing values, such as 0 or -1.
 * Range 0..1: 0 where no value is missing. Undetermined below 100 current values, missing ones included.
 * Critical value: by Fisher's exact test against the reference's share, one-sided; at most the chance. Cost: constant.
 */
export const missingRatio: Statistic<'frequencies'> = {
  name: 'missing-ratio',
  reads: 'frequencies',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: RATIO_COUNT_MIN,
  source: 'Fisher, "The logic of inductive inference", 1935 (critical value)',
  measure: (input) => measureRatio(missingRatio, input, ({ missing, count }) => ({ part: missing, whole: missing + count }), ratioByChance),
};
