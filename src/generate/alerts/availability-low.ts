import { normalQuantile } from '../../math/index.js';
import { number } from '../promql.js';
import { SERVING_WINDOWS } from '../recordings/recording-family.js';
import { pageIfCritical } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/**
 * Too small a share of requests is answered, over both serving windows: below the bar, and by more than chance would take from a service that
 * just meets it (one failure among 100 requests says little about 99.9 %).
 */
export const availabilityLow: AlertFamily = {
  name: 'ModelwatchAvailabilityLow',
  concern: 'serving',
  severity: pageIfCritical,
  variables: ['version'],
  text({ bars, select }) {
    const bar = bars.availabilityRatioMin;
    const spread = number(normalQuantile(1 - bars.significance) * Math.sqrt(bar * (1 - bar)));
    const low = (window: string) => {
      const ratio = select(`model_version_role:modelwatch_availability_ratio:${window}`);
      const received = select(`model_version_role:modelwatch_requests_received:${window}`);
      return [
        `${ratio} < ${number(bar)}`,
        `and ${number(bar)} - ${ratio} > ${spread} / sqrt(${received})`,
        `and ${received} >= ${number(bars.requestCountMin)}`,
      ].join('\n');
    };
    const [short, long] = SERVING_WINDOWS;
    return {
      for: '2m',
      expr: `${low(short)}\nand\n${low(long)}`,
      summary:
        `{{ $labels.model }} {{ $labels.version }} ({{ $labels.role }}) answers {{ humanizePercentage $value }} of requests over ${short}, ` +
        `bar ${number(bar * 100)}%`,
      description:
        "The others failed by our or the upstream's fault (modelwatch_requests_failed_total) or were shed to protect the rest " +
        '(modelwatch_requests_shed_total); both carry a reason. Requests refused for a fault of their own count as answered.',
    };
  },
};
