import type { RecordingFamily } from './recording-family.js';
import { readings } from './rollout-readings.js';
import { rolloutSeries } from './rollout-rules.js';
import { slices } from './rollout-slices.js';
import { verdict } from './rollout-verdict.js';

/**
 * Whether a challenger is to take the champion's place, over all replicas and the window of the configuration: each reading with its count and
 * bounds, where each criterion stands, and the verdict, by the rule of the core. The p-value of McNemar's statistic is not to be had from sums;
 * 3.84 is its critical value at 0.05, 6.63 at 0.01.
 */
export const rollout: RecordingFamily = {
  name: 'rollout',
  help: 'Verdict on a challenger, one of promote, hold, reject, insufficient_data, with what it rests on: readings by criterion with count and bounds, bars, states; latency difference, McNemar statistic; disagreement and gain of accuracy by slice.',
  windows: (_bars, rules) => (rules === undefined ? [] : [rules.window]),
  rules({ select, rollout: rules }) {
    if (rules === undefined) return [];
    const series = rolloutSeries(rules, select);
    return [...readings(series), ...verdict(series), ...slices(series)];
  },
};
