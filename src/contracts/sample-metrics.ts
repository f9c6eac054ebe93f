import { metricRow as m } from './metric-description.js';

/** Rows of THE TABLE on samples. */
export const SAMPLE_METRICS = [
  m(
    'modelwatch_samples_taken_total',
    'counter',
    ['model', 'kind'],
    'Requests handed over to be masked and kept as samples: failing, or a share of the others (ordinary).',
  ),
  m(
    'modelwatch_samples_limited_total',
    'counter',
    ['model'],
    'Failing requests that were not sampled, since as many as allowed were in that minute.',
  ),
] as const;
