import { number } from '../promql.js';
import { worseThanEvaluation } from '../quality-loss.js';
import { pageIfCritical } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Quality is below that of evaluation by more than the bar for certain, at the bound of its interval. Ground truth alone says so, which is why it may page. */
export const qualityDrop: AlertFamily = {
  name: 'ModelwatchQualityDrop',
  concern: 'quality',
  severity: pageIfCritical,
  variables: ['version'],
  text({ bars, select }) {
    const [short, long] = bars.driftWindows as [string, string];
    const limits = { share: bars.qualityDropMax, error: bars.errorDropMax };
    return {
      for: bars.driftFor,
      expr: worseThanEvaluation({ select, short, long, bars: limits, certain: 'beyond bar' }),
      summary:
        '{{ $labels.quality }} of {{ $labels.model }} {{ $labels.version }} ({{ $labels.role }}) has fallen by {{ printf "%.3f" $value }} ' +
        `over ${long}, bar {{ if eq $labels.quality "mae" }}${number(bars.errorDropMax)} of evaluation's{{ else }}${number(bars.qualityDropMax)}{{ end }}`,
      description:
        'By ground truth, against evaluation, and by more than the bar even at the bound of its interval. People get wrong answers.',
    };
  },
};
