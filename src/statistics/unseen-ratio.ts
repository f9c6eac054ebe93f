import { measureRatio, RATIO_COUNT_MIN } from './measure-ratio.js';
import { UNDEFINED, type Statistic } from './statistic.js';

/**
 * The share of current values whose category the baseline does not know, missing ones left out. Formula: unseen / count. Of the current values
 * alone, not less the share of the reference.
 *
 * Use it for: new categories, renamed codes, changed encodings. Not for: identifiers, which are always new.
 * Range 0..1: 0 where every category is known. Undetermined below 100 current values, and for numbers.
 * Critical value: none; how many new categories chance brings depends on how many rare ones there are, which counts by bin do not say.
 * Cost: constant.
 */
export const unseenRatio: Statistic<'frequencies'> = {
  name: 'unseen-ratio',
  reads: 'frequencies',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: RATIO_COUNT_MIN,
  source:
    'Good, "The population frequencies of species and the estimation of population parameters", 1953, eq. 9 (what a critical value would need)',
  measure(input) {
    const reading = measureRatio(unseenRatio, input, ({ unseen, count }) => ({ part: unseen, whole: count }));
    return reading.kind === 'measured' && input.current.binning.kind === 'numeric' ? UNDEFINED : reading;
  },
};
