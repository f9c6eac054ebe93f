import { cap, duration } from './config-parts.js';

const share = (description: string, fallback: number) =>
  ({ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, default: fallback, description }) as const;

/** Bars of the alerts on how a model is run and watched. */
export const operationsBars = {
  rollbacksMax: cap('Rollbacks in 30 days beyond which something is wrong before deploys.', 1, 1000),
  trainingFailureRatioMax: share('Share of training jobs that may fail in 30 days.', 0.02),
  retrainMax: duration('How long a retrain or a training job may be under way before somebody has to look.', '48h'),
  maintenanceMax: duration(
    'How long an event of the kind maintenance mutes the alerts of its model, for one may be left open by mistake.',
    '24h',
  ),
  trainingCountMin: cap('Training jobs that 30 days need before their failures are judged.', 20, 1_000_000),
  costRatioMax: {
    type: 'number',
    exclusiveMinimum: 1,
    maximum: 1000,
    default: 1.5,
    description: 'Cost of a prediction by what it was a week or a day ago, beyond which it runs away.',
  },
  remediationMax: duration('How long an alert on data or quality may fire before somebody has to have done something.', '72h'),
  alertsWeeklyMax: cap('Alerts of a model in a week beyond which nobody reads them.', 5, 100_000),
  watchedRatioMin: share('Share of answered requests that has to be watched.', 0.9),
  foldedRatioMax: share('Share of predictions whose slice value is counted as `__other__` because its cap is reached.', 0.05),
  accessDeniedMax: cap('Calls refused for want of permission in five minutes beyond which somebody is trying.', 50, 1_000_000_000),
} as const;
