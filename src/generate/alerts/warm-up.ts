import { durationSeconds } from '../../contracts/index.js';
import { number } from '../promql.js';
import { alwaysInfo } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** A deploy, promotion or rollback was a moment ago: windows still hold the version before. It is told nobody; Alertmanager silences drift by it. */
export const warmUp: AlertFamily = {
  name: 'ModelwatchWarmUp',
  concern: 'operations',
  severity: alwaysInfo,
  variables: [],
  text({ bars, select }) {
    return {
      for: '0s',
      expr: `${select('model:modelwatch_since_deploy_seconds')} < ${number(durationSeconds(bars.deployWarmUp))}`,
      summary: `{{ $labels.model }} was deployed {{ humanizeDuration $value }} ago, within its warm-up of ${bars.deployWarmUp}`,
      description:
        'Drift of the model is silenced meanwhile, for its windows compare the traffic of two versions. Errors, latency and quality are not.',
    };
  },
};
