import type { BoardRow } from './board.js';
import { view } from './panel.js';
import type { Panel } from './panel.js';
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

/** Versions as lanes, with what happened to them: a jump in another panel is first held against what was deployed. */
export const deployTimeline = (width: number): Panel =>
  view('deploy-timeline', {
    title: 'Versions and what happened to them',
    description: 'A lane a version, shaded while it is at work, with deploys, promotions, rollbacks, training jobs and incidents.',
    width,
    asked: { queryType: 'events' },
  });
