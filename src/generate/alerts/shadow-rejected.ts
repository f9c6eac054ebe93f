import { rolloutRulesOf } from '../recordings/index.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** The verdict on a challenger is that it may not take the champion's place. */
export const shadowRejected: AlertFamily = {
  name: 'ModelwatchShadowRejected',
  concern: 'quality',
  severity: alwaysTicket,
  variables: ['version'],
  appliesTo: (model) => rolloutRulesOf(model) !== undefined,
  text({ model, select }) {
    const { window } = model.rollout;
    const states = `model_version_role_criterion_state:modelwatch_rollout_state:${window}`;
    const breached =
      `{{ with printf "${states}{model=%q,version=%q,role=%q,state=%q}" $labels.model $labels.version $labels.role "breached" | query }}` +
      'Breached: {{ range $i, $s := . }}{{ if $i }}, {{ end }}{{ $s.Labels.criterion }}{{ end }}. {{ end }}';
    return {
      for: '15m',
      expr: `${select(`model_version_role_verdict:modelwatch_rollout_verdict:${window}`, 'verdict="reject"')} == 1`,
      summary: `Challenger {{ $labels.version }} of {{ $labels.model }} is rejected over ${window}: at least one criterion is breached`,
      description: `${breached}Each is held against an interval at the configured confidence, with enough pairs. The champion serves on; the challenger must not be promoted.`,
    };
  },
};
