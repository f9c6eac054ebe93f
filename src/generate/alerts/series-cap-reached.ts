import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** A label has taken as many values as it may, and more of the traffic than the bar is counted as `__other__`. */
export const seriesCapReached: AlertFamily = {
  name: 'ModelwatchSeriesCapReached',
  concern: 'watching',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    return {
      for: '15m',
      expr: [
        `${select('model_label:modelwatch_label_values_folded_ratio:1h')} > ${number(bars.foldedRatioMax)}`,
        `and on (model) sum by (model) (increase(${select('modelwatch_predictions_total')}[1h])) >= ${number(bars.driftCountMin)}`,
      ].join('\n'),
      summary: `{{ humanizePercentage $value }} of the predictions of {{ $labels.model }} has a {{ $labels.label }} that counts as __other__ over 1h, bar ${number(bars.foldedRatioMax * 100)}%`,
      description:
        'Totals stay exact. Quality and traffic of these values cannot be told apart: the cap was taken up by the values that came first.',
    };
  },
};
