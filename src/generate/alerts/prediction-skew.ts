import { worseThanEvaluation } from '../quality-loss.js';
import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Live quality is below that of evaluation, by more than the bar and more than chance, over the long window and on average over a day, and the short one is no better. */
export const predictionSkew: AlertFamily = {
  name: 'ModelwatchPredictionSkew',
  concern: 'quality',
  severity: alwaysTicket,
  variables: ['version'],
  text({ bars, select }) {
    const [short, long] = bars.driftWindows as [string, string];
    const expr = worseThanEvaluation({
      select,
      short,
      long,
      bars: { share: bars.qualitySkewMax, error: bars.errorSkewMax },
      certain: 'worse',
      // Evaluation is of whole days; at some hours those who come are harder to tell.
      onAverageOver: '1d',
    });
    return {
      for: bars.driftFor,
      expr,
      summary:
        '{{ $labels.quality }} of {{ $labels.model }} {{ $labels.version }} ({{ $labels.role }}) is worse than at evaluation by {{ printf "%.3f" $value }} ' +
        `over ${long}, bar {{ if eq $labels.quality "mae" }}${number(bars.errorSkewMax)} of it{{ else }}${number(bars.qualitySkewMax)}{{ end }}`,
      description:
        'Ground truth says so; chance is ruled out at the configured significance. Serving differs from training for the same kind of rows, or the world has moved: ' +
        'golden rows, parity and drift tell which.',
    };
  },
};
