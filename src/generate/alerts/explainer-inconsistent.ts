import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Golden rows are explained otherwise than when the baseline was made: explanations of live traffic cannot be compared with training. */
export const explainerInconsistent: AlertFamily = {
  name: 'ModelwatchExplainerInconsistent',
  concern: 'data',
  severity: alwaysTicket,
  variables: ['version'],
  text({ select }) {
    return {
      // Explained with the seeds of the baseline: no chance is in it.
      for: '1m',
      expr: `${select('model_version_role:modelwatch_golden_explanation_failures:max1h')} > 0`,
      summary:
        '{{ $labels.model }} {{ $labels.version }} ({{ $labels.role }}) explains {{ printf "%.0f" $value }} golden rows otherwise than in training, bar 0',
      description:
        'Of the worst replica within the hour. The model, its background rows or the explainer is another than when the baseline was made: shares of attribution, NDCG ' +
        'and drift impact are not to be trusted until it is known which.',
    };
  },
};
