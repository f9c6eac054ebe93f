import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** More rollbacks in a month than the bar: what is deployed is not good enough to stay. */
export const rollbacksFrequent: AlertFamily = {
  name: 'ModelwatchRollbacksFrequent',
  concern: 'operations',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    return {
      for: '5m',
      // `increase` extrapolates a little beyond whole numbers.
      expr: `round(${select('model:modelwatch_rollbacks:30d')}) > ${number(bars.rollbacksMax)}`,
      summary: `{{ $labels.model }} was rolled back {{ printf "%.0f" $value }} times in 30 days, bar ${number(bars.rollbacksMax)}`,
      description:
        'Each put an earlier version back in force. What they have in common is missed before a deploy: by golden rows, by the gate, or by the time in shadow.',
    };
  },
};
