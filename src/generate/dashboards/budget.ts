import type { BoardRow } from './board.js';
import { view } from './panel.js';
import type { ModelwatchAsked } from './query.js';

/** What is left of each objective's budget, how fast it goes by window, and when it will be gone: for all who decide whether to ship or to mend. */
export const budgets = (asked: Partial<ModelwatchAsked> = {}): BoardRow => ({
  title: 'Error budgets',
  panels: [
    view('error-budget', {
      title: 'Error budgets',
      description:
        'Each objective with the budget that is left, its burn rate by window against the rate from which an alert fires, and when it will be spent. ' +
        'Read from the Prometheus that the Modelwatch data source is linked with.',
      width: 24,
      asked: { queryType: 'slo', ...asked },
    }),
  ],
});
