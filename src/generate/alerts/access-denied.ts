import { number } from '../promql.js';
import { SIDECAR_MODELS } from '../recordings/sidecars.js';
import { alwaysPage } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Somebody without permission keeps trying: more calls are refused than a wrong setting makes. */
export const accessDenied: AlertFamily = {
  name: 'ModelwatchAccessDenied',
  concern: 'security',
  severity: alwaysPage,
  variables: [],
  text({ bars, select }) {
    const bar = number(bars.accessDeniedMax);
    return {
      for: '0s',
      // The sidecar is tried; the alert is for those whose models it watches.
      expr: `${select(SIDECAR_MODELS)}\n* on (job, instance) group_left ()\nsum by (job, instance) (increase(modelwatch_access_denied_total[5m]))\n> ${bar}`,
      summary: `The sidecar {{ $labels.instance }} of {{ $labels.model }} refused {{ printf "%.0f" $value }} calls for want of permission in 5m, bar ${bar}`,
      description:
        'None of them had an effect. Without a token, with one that is unknown or has expired, or beyond its scope: modelwatch_access_denied_total has route and reason, the log the address.',
    };
  },
};
