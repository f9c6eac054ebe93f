import { SIDECAR_MODELS } from '../recordings/sidecars.js';
import { pageIfCritical } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** No sidecar exports a model that one exported within the last day: all are down, or gone from service discovery. */
export const modelAbsent: AlertFamily = {
  name: 'ModelwatchModelAbsent',
  concern: 'serving',
  severity: pageIfCritical,
  variables: [],
  text({ select }) {
    return {
      for: '5m',
      expr: `max by (model) (last_over_time(${select(SIDECAR_MODELS)}[1d]))\nunless on (model)\nmax by (model) (${select('modelwatch_model_info')})`,
      summary: 'No sidecar watches {{ $labels.model }} any more',
      description:
        'One did within the last day. Every alert on this model is blind until one is back. A model retired on purpose leaves this alert a day ' +
        'after its last sidecar: silence it until then.',
    };
  },
};
