import { EVENT_SECONDS_BUCKETS } from './event-metrics.js';
import { metricRow as m } from './metric-description.js';

/** Rows of THE TABLE on alerts that Alertmanager told of. */
export const ALERT_METRICS = [
  m(
    'modelwatch_alerts_total',
    'counter',
    ['model', 'alert', 'severity'],
    'Alerts begun, as Alertmanager told of them: each once by fingerprint and beginning, whoever tells it how often. Names that are not ours stand under __other__.',
  ),
  m(
    'modelwatch_alerts_firing',
    'gauge',
    ['model', 'severity'],
    'Alerts that fire, as Alertmanager told of them; one that is told no more goes after alertLog.unheard.',
  ),
  m(
    'modelwatch_alert_remediation_seconds',
    'histogram',
    ['model', 'outcome'],
    'Time from the beginning of an alert on data (drift, schema, missing values) to its remedy: a deploy, promotion, rollback or retrain of its model (remedied), or that it resolved by itself (resolved).',
    EVENT_SECONDS_BUCKETS,
  ),
] as const;
