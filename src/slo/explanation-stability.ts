import { MINUTES_MIN, type Sli } from './sli.js';

/** Minutes in which the features matter in the order of training, NDCG at or above its bar, of those with enough explanations to tell. */
export const explanationStabilitySli: Sli = {
  name: 'explanation_stability',
  help: 'Share of minutes in which NDCG of the attributions against training lies at or above its bar, of those with enough explanations.',
  scope: 'version',
  mayPage: () => false,
  eventsMin: () => MINUTES_MIN,
  events: () => ({ kind: 'minutes', of: 'explanations' }),
};
