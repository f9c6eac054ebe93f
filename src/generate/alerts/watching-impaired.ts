import { SIDECAR_MODELS } from '../recordings/sidecars.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** A sidecar answers requests but loses readings, for longer than a moment: its store fails, a queue drops, or watching throws. */
export const watchingImpaired: AlertFamily = {
  name: 'ModelwatchWatchingImpaired',
  concern: 'watching',
  severity: alwaysTicket,
  variables: [],
  text({ select }) {
    const lost = (metric: string) => `sum by (job, instance) (increase(${metric}[5m])) > 0`;
    return {
      for: '10m',
      // The fault is the sidecar's; the alert is for those whose models it watches. What came twice is dropped as it should be.
      expr: [
        select(SIDECAR_MODELS),
        'and on (job, instance)',
        '(',
        `  ${lost('modelwatch_queue_dropped_total{reason!~"duplicate|superseded"}')}`,
        '  or',
        `  ${lost('modelwatch_watch_errors_total')}`,
        '  or',
        '  max by (job, instance) (modelwatch_store_up) == 0',
        ')',
      ].join('\n'),
      summary: 'The sidecar {{ $labels.instance }} of {{ $labels.model }} loses readings',
      description:
        'A queue drops entries, watching meets faults, or the store refuses writes. Answers are not affected. Drift, quality and counts of this ' +
        'replica are incomplete for as long as it lasts: a quiet board is not to be trusted.',
    };
  },
};
