import { normalQuantile } from '../../math/index.js';
import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

const ON = 'on (model, version, role)';

/** Before ground truth comes, accuracy is expected to be below that of evaluation by more than the bar. An estimate, which never pages. */
export const qualityEstimateLow: AlertFamily = {
  name: 'ModelwatchQualityEstimateLow',
  concern: 'quality',
  severity: alwaysTicket,
  variables: ['version'],
  text({ bars, select }) {
    const [short, long] = bars.driftWindows as [string, string];
    const recorded = (metric: string, window: string) => select(`model_version_role:modelwatch_estimated_${metric}:${window}`);
    const evaluated = `max by (model, version, role) (${select('modelwatch_baseline_quality', 'quality="accuracy"')})`;
    // A share of cases varies most at a half.
    const spread = number(normalQuantile(1 - bars.significance) / 2);
    const low = (window: string) => {
      const loss = `${evaluated} - ${ON} group_right () ${recorded('accuracy_ratio', window)}`;
      return [
        `${loss} > ${number(bars.qualityDropMax)}`,
        `and ${loss} > ${spread} / sqrt(${recorded('classifications', window)})`,
        `and ${recorded('classifications', window)} >= ${number(bars.driftCountMin)}`,
      ].join('\n');
    };
    return {
      for: bars.driftFor,
      expr: `${low(short)}\nand\n${low(long)}`,
      summary:
        'Accuracy of {{ $labels.model }} {{ $labels.version }} ({{ $labels.role }}) is expected to be {{ printf "%.3f" $value }} below that of evaluation ' +
        `over ${short}, bar ${number(bars.qualityDropMax)}, an estimate`,
      description:
        'From calibrated scores, before ground truth comes. It sees a model that has become unsure of its answers, and does not see one that is sure and wrong: ' +
        'ground truth decides.',
    };
  },
};
