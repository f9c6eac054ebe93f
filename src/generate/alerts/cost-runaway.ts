import { number, parenthesised } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/**
 * A prediction costs more than it did in the same hours a week ago, or a day ago where a week ago is not known, by more than the bar. By hours,
 * because an hour of a replica is shared by fewer predictions at night. Over all versions: a version that costs more is to be told.
 */
export const costRunaway: AlertFamily = {
  name: 'ModelwatchCostRunaway',
  concern: 'operations',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    const long = bars.driftWindows[1]!;
    const sum = (labels: string, metric: string, offset: string) => `sum by (${labels}) (increase(${select(metric)}[${long}]${offset}))`;
    const enough = (offset: string) => `(${sum('model', 'modelwatch_predictions_total', offset)} >= ${number(bars.driftCountMin)})`;
    const each = (offset = '') =>
      `${sum('model, currency', 'modelwatch_cost_total', offset)}\n/ on (model) group_left ()\n${enough(offset)}`;
    const before = parenthesised(`${each(' offset 1w')} > 0\nor\n${each(' offset 1d')} > 0`);
    return {
      for: '30m',
      expr: `${parenthesised(each())}\n/\n${before}\n> ${number(bars.costRatioMax)}`,
      summary: `A prediction of {{ $labels.model }} costs {{ printf "%.2f" $value }} times what it did ({{ $labels.currency }}, over ${long}), bar ${number(bars.costRatioMax)}`,
      description:
        'At the configured prices, against the same hours a week ago, or a day ago where a week ago is not known. modelwatch_cost_total says by its source what it is.',
    };
  },
};
