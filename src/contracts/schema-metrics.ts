import { metricRow as m } from './metric-description.js';

/** Rows of THE TABLE on the features of requests and events, held against those of the baseline. */
export const SCHEMA_METRICS = [
  m(
    'modelwatch_schema_errors_total',
    'counter',
    ['model', 'version', 'feature', 'kind'],
    'Requests and events in which a feature of the baseline was absent (kind missing_feature) or had another type (wrong_type), or which had one that the baseline has not (new_feature). A renamed feature is one missing and one new.',
  ),
] as const;
