import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** The alerts that this one counts. What is told nobody tires nobody. */
const COUNTED = ['alertname=~"Modelwatch.+"', 'alertname!="ModelwatchAlertFatigue"', 'severity!="info"'];

/**
 * A model has had more alerts in a week than anybody reads. Of alerts of one name that fire together, such as drift of fifty features, the one that
 * fired most often counts: they come as one message.
 */
export const alertFatigue: AlertFamily = {
  name: 'ModelwatchAlertFatigue',
  concern: 'operations',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    // Each time that an alert becomes active, the time since when is another.
    const times = `changes(${select('ALERTS_FOR_STATE', ...COUNTED)}[1w]) + 1`;
    const fired = `and ignoring (alertstate) count_over_time(${select('ALERTS', ...COUNTED, 'alertstate="firing"')}[1w])`;
    return {
      for: '15m',
      expr: `sum by (model) (\n  max by (model, alertname) (\n    (${times})\n    ${fired}\n  )\n)\n> ${number(bars.alertsWeeklyMax)}`,
      summary: `{{ $labels.model }} has had {{ printf "%.0f" $value }} alerts in a week, bar ${number(bars.alertsWeeklyMax)}`,
      description:
        'Alerts that come so often are not read, and the one that matters is missed. Mend what fires most, or give it a bar that fits the model.',
    };
  },
};
