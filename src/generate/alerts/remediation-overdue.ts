import { durationSeconds } from '../../contracts/index.js';
import { number } from '../promql.js';
import { matcherOf } from '../selector.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** One of these alerts has fired for longer than the bar: nobody has done anything about it, or what was done did not help. */
export const remediationOverdue = (families: readonly AlertFamily[]): AlertFamily => ({
  name: 'ModelwatchRemediationOverdue',
  concern: 'operations',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    const remediated = matcherOf(
      'alertname',
      families.filter(({ concern }) => concern === 'data' || concern === 'quality').map(({ name }) => name),
    );
    const since = `time() - ${select('ALERTS_FOR_STATE', remediated)} > ${number(durationSeconds(bars.remediationMax))}`;
    const firing = `and ignoring (alertstate) ${select('ALERTS', remediated, 'alertstate="firing"')}`;
    return {
      for: '5m',
      expr: `max by (model, alert) (\n  label_replace(\n    ${since}\n    ${firing},\n    "alert", "$1", "alertname", "(.*)"\n  )\n)`,
      summary: `{{ $labels.alert }} of {{ $labels.model }} has fired for {{ humanizeDuration $value }}, bar ${bars.remediationMax}`,
      description:
        'Nothing was done about it, or what was done did not help. Retrain, roll back, repair the data, or say in the configuration that it is to be so.',
    };
  },
});
