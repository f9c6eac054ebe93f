import { normalQuantile } from '../../math/index.js';
import { number } from '../promql.js';
import { alwaysTicket, recordedValue } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** More values are missing than in the baseline: by more than the bar and by more than chance, in both windows. */
export const missingRatioHigh: AlertFamily = {
  name: 'ModelwatchMissingRatioHigh',
  concern: 'data',
  severity: alwaysTicket,
  variables: ['version', 'feature'],
  text({ bars, select }) {
    const recorded = (metric: string, window: string) => `model_version_feature:modelwatch_feature_${metric}:${window}`;
    const [short, long] = bars.driftWindows as [string, string];
    const errors = number(normalQuantile(1 - bars.significance));
    const high = (window: string) => {
      const excess = select(recorded('missing_excess_ratio', window));
      return [
        `${excess} > ${number(bars.missingRatioMax)}`,
        `and ${excess} > ${errors} * ${select(recorded('missing_standard_error_ratio', window))}`,
        `and ${select(recorded('values_with_missing', window))} >= ${number(bars.driftCountMin)}`,
      ].join('\n');
    };
    const labels = ['model', 'version', 'feature'];
    return {
      for: bars.driftFor,
      expr: `${high(short)}\nand\n${high(long)}`,
      summary:
        'Feature {{ $labels.feature }} of {{ $labels.model }} {{ $labels.version }} is missing in {{ humanizePercentage $value }} of predictions ' +
        `more than in the baseline, over ${short}, bar ${number(bars.missingRatioMax * 100)}%`,
      description:
        `${recordedValue(recorded('missing_ratio', short), labels)} of the values are absent, null, NaN or empty. The model still answers, from ` +
        'whatever it makes of a missing value. The usual cause is upstream: a renamed field, a join that finds nothing, a source that stopped.',
    };
  },
};
