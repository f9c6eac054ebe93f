import { REQUESTS_MIN, type Sli } from './sli.js';

/** Values of features that are there, within the range of the baseline, and of a category that it knows; of all values, over all features. */
export const dataQualitySli: Sli = {
  name: 'data_quality',
  help: 'Share of feature values that are neither missing, nor out of the range of the baseline, nor of a category unknown to it.',
  scope: 'version',
  mayPage: ({ critical }) => critical === true,
  eventsMin: () => REQUESTS_MIN,
  events: () => ({
    kind: 'counters',
    total: [{ counter: 'modelwatch_feature_values_total' }],
    bad: [
      { counter: 'modelwatch_feature_missing_total' },
      { counter: 'modelwatch_feature_out_of_range_total' },
      { counter: 'modelwatch_feature_unseen_total' },
    ],
  }),
};
