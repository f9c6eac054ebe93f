import { number } from '../promql.js';
import { SERVING_WINDOWS } from '../recordings/recording-family.js';
import { pageIfCritical } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** p95 above the bar over both serving windows, with enough requests in each. */
export const latencyHigh: AlertFamily = {
  name: 'ModelwatchLatencyHigh',
  concern: 'serving',
  severity: pageIfCritical,
  variables: ['version'],
  text({ bars, select }) {
    const recorded = (metric: string, window: string) =>
      select(`model_version_role:modelwatch_request_duration_seconds_${metric}:${window}`);
    const slow = (window: string) =>
      `${recorded('p95', window)} > ${number(bars.latencySecondsMax)}\nand ${recorded('count', window)} >= ${number(bars.requestCountMin)}`;
    const [short, long] = SERVING_WINDOWS;
    return {
      for: '2m',
      expr: `${slow(short)}\nand\n${slow(long)}`,
      summary:
        `p95 latency of {{ $labels.model }} {{ $labels.version }} ({{ $labels.role }}) is {{ humanizeDuration $value }} over ${short}, ` +
        `bar ${number(bars.latencySecondsMax * 1000)}ms`,
      description:
        `One request in twenty takes longer than the bar, over ${short} and over ${long}. What the scorer took stands in ` +
        'modelwatch_scoring_duration_seconds; the rest is the sidecar and its queue.',
    };
  },
};
