import { SIDECAR_MODELS } from '../recordings/sidecars.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** A sidecar that Prometheus still has as a target does not answer its scrapes. Others may serve on: losing the last one is another alert. */
export const sidecarDown: AlertFamily = {
  name: 'ModelwatchSidecarDown',
  concern: 'watching',
  severity: alwaysTicket,
  variables: [],
  text({ select }) {
    return {
      for: '5m',
      expr: `${select(SIDECAR_MODELS)}\nand on (job, instance)\nup == 0`,
      summary: 'The sidecar {{ $labels.instance }} of {{ $labels.model }} does not answer scrapes',
      description:
        'Where the sidecar serves or proxies the model, this replica is most likely not serving either. Its counters go on where they were ' +
        'once it is back; what happened meanwhile is not in them.',
    };
  },
};
