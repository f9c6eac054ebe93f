import { durationSeconds } from '../../contracts/index.js';
import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';
import { underWaySeconds } from './under-way.js';

/** A retrain or a training job has been under way for longer than the bar: it hangs, or nobody told of its end. */
export const retrainOverdue: AlertFamily = {
  name: 'ModelwatchRetrainOverdue',
  concern: 'operations',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    return {
      for: '5m',
      expr: `${underWaySeconds(select, 'retrain', 'training_job')}\n> ${number(durationSeconds(bars.retrainMax))}`,
      summary: `A {{ $labels.kind }} of {{ $labels.model }} has been under way for {{ humanizeDuration $value }}, bar ${bars.retrainMax}`,
      description:
        'The log of events was told that it began, and not that it ended. It hangs, waits for its machine, or ended without telling: until it is known, nobody can say when the model will be renewed.',
    };
  },
};
