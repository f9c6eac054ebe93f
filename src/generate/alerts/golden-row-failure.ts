import { alwaysTicket, recordedValue } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

const ROWS = 'model_version_role:modelwatch_golden_row_failures:max1h';

/** Rows whose output was recorded in training give another one: the model that serves is not the one that was trained, or is fed otherwise. */
export const goldenRowFailure: AlertFamily = {
  name: 'ModelwatchGoldenRowFailure',
  concern: 'quality',
  severity: alwaysTicket,
  variables: ['version'],
  text({ select }) {
    return {
      // One replay is exact: no chance is in it. A replica that was replaced meanwhile leaves after the hour.
      for: '1m',
      expr: `${select(ROWS)} > 0`,
      summary:
        '{{ $labels.model }} {{ $labels.version }} ({{ $labels.role }}) gives {{ printf "%.0f" $value }} golden rows another output than in training, bar 0',
      description:
        `Of the worst replica within the hour; the largest difference is ${recordedValue('model_version_role:modelwatch_golden_row_difference:max1h', ['model', 'version', 'role'])}. ` +
        'A wrong export, another version of a library, or features in another order: traffic is answered by a model that nobody evaluated.',
    };
  },
};
