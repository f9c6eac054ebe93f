import { MINUTES_MIN, type Sli } from './sli.js';

/** Minutes in which no feature has drifted by the bars of the model, of those in which drift could be judged at all. */
export const driftFreeTimeSli: Sli = {
  name: 'drift_free_time',
  help: 'Share of minutes in which no feature drifted by the bars of the drift alert, of those with a drift reading.',
  scope: 'version',
  mayPage: () => false,
  eventsMin: () => MINUTES_MIN,
  events: () => ({ kind: 'minutes', of: 'drift' }),
};
