import { ALERT_FAMILIES } from '@modelwatch/core';

/**
 * Rules that are evaluated at one pace. What reads five minutes of traffic needs a look every few minutes; what reads an hour of it and more looks
 * almost the same ten minutes later, and costs most: so each goes its own way, over the same series.
 */
export interface Lane {
  readonly name: 'serving' | 'data';
  readonly evaluationSeconds: number;
  /** Alerts that belong to it, beside those on its objectives. */
  readonly alerts: readonly string[];
  readonly objectives: readonly string[];
}

const OF_SERVING: readonly string[] = ['serving', 'watching', 'security'];
const alertsOf = (isServing: boolean): readonly string[] =>
  ALERT_FAMILIES.filter(({ concern }) => OF_SERVING.includes(concern) === isServing).map(({ name }) => name);

const lanesAt = (servingSeconds: number, dataSeconds: number): readonly Lane[] => [
  {
    name: 'serving',
    evaluationSeconds: servingSeconds,
    alerts: alertsOf(true),
    objectives: ['{ sli: availability, objective: 0.999 }', '{ sli: latency, objective: 0.99, within: 300ms }'],
  },
  {
    name: 'data',
    evaluationSeconds: dataSeconds,
    alerts: alertsOf(false),
    objectives: [
      '{ sli: quality, objective: 0.7 }',
      '{ sli: ground_truth_freshness, objective: 0.9, within: 2d }',
      '{ sli: data_quality, objective: 0.95 }',
      '{ sli: drift_free_time, objective: 0.9 }',
      '{ sli: explanation_stability, objective: 0.9 }',
    ],
  },
];

/** Weeks in which nothing happens: an hour's windows are looked at every hour. */
export const HEALTHY_LANES = lanesAt(600, 3600);
/** How long it takes to find something is told to half an hour, and to five minutes where requests tell. */
export const INCIDENT_LANES = lanesAt(300, 1800);
