import { durationSeconds } from '../../contracts/index.js';
import { number } from '../promql.js';
import { alwaysInfo } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';
import { underWayOfAllSeconds, underWaySeconds } from './under-way.js';

/**
 * The log of events says that the model is being worked on. It is told nobody; Alertmanager silences by it what is said of the model. A window that was
 * left open silences no longer than its bar.
 */
export const maintenance: AlertFamily = {
  name: 'ModelwatchMaintenance',
  concern: 'operations',
  severity: alwaysInfo,
  variables: [],
  text({ bars, select }) {
    const within = number(durationSeconds(bars.maintenanceMax));
    return {
      for: '0s',
      expr: `max by (model) (${underWaySeconds(select, 'maintenance')}) < ${within}\nor\n${underWayOfAllSeconds(select, 'maintenance')} < ${within}`,
      summary: `{{ $labels.model }} has been in maintenance for {{ humanizeDuration $value }}, and mutes its alerts for at most ${bars.maintenanceMax}`,
      description:
        'An event of the kind maintenance is under way, of the model or of all models. Pages and tickets of the model are muted until it ends, but for calls that are refused for want of permission.',
    };
  },
};
