import { number } from '../promql.js';
import { aboveBar, alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Values of a feature differ from what the feature server says of the same entities, more often than the bar and chance allow, in both windows. */
export const featureParityLow: AlertFamily = {
  name: 'ModelwatchFeatureParityLow',
  concern: 'data',
  severity: alwaysTicket,
  variables: ['version', 'feature'],
  text({ bars, select }) {
    const recorded = (metric: string, window: string) => select(`model_version_feature:modelwatch_parity_${metric}:${window}`);
    const low = (window: string) =>
      [
        ...aboveBar(
          recorded('mismatch_ratio', window),
          bars.parityMismatchRatioMax,
          recorded('values_compared', window),
          bars.significance,
        ),
        `and ${recorded('values_compared', window)} >= ${number(bars.driftCountMin)}`,
      ].join('\n');
    const [short, long] = bars.driftWindows as [string, string];
    return {
      for: bars.driftFor,
      expr: `${low(short)}\nand\n${low(long)}`,
      summary:
        'Feature {{ $labels.feature }} of {{ $labels.model }} {{ $labels.version }} differs from the feature server in {{ humanizePercentage $value }} of values ' +
        `over ${short}, bar ${number(bars.parityMismatchRatioMax * 100)}%`,
      description:
        'What the model is given is not what the feature server gives for the same entity: train/serve skew of one feature. Values that the server does not know ' +
        'are not counted as different.',
    };
  },
};
