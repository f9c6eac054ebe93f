import { number } from '../promql.js';
import { SIDECAR_MODELS } from '../recordings/sidecars.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Queues that empty themselves where the sidecar keeps up. Tables of the store fill up as they should. */
export const QUEUES = 'queue=~"watch|sampling|scorer|store|ingest|asks"';
/** The fill is a mean over minutes: a burst that is worked off is what a queue is for. */
const MEAN = '5m';

/** A queue of a sidecar stays filled: requests or readings come faster than they are worked off, and will be shed or dropped next. */
export const queueing: AlertFamily = {
  name: 'ModelwatchQueueing',
  concern: 'serving',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    const fill = `avg_over_time(modelwatch_queue_entries{${QUEUES}}[${MEAN}])\n  / (modelwatch_queue_capacity_entries{${QUEUES}} > 0)`;
    return {
      for: '5m',
      // The queue is the sidecar's; the alert is for those whose models it watches.
      expr: `${select(SIDECAR_MODELS)}\n* on (job, instance) group_left ()\nmax by (job, instance) (\n  ${fill}\n)\n> ${number(bars.queueFillRatioMax)}`,
      summary:
        `A queue of the sidecar {{ $labels.instance }} of {{ $labels.model }} is {{ humanizePercentage $value }} full over ${MEAN}, ` +
        `bar ${number(bars.queueFillRatioMax * 100)}%`,
      description:
        'What comes in is more than what is worked off. A full queue of the scorer sheds requests; full queues of watching, sampling and the store lose readings ' +
        'and no answers. Latency rises before either.',
    };
  },
};
