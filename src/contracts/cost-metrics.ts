import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/** Rows of THE TABLE on what models take and cost. */
export const COST_METRICS = [
  m(
    'modelwatch_scorer_cpu_seconds_total',
    'counter',
    MODEL,
    'CPU time of the children that score, from when they were ready, as they tell it with each answer; a call that ended its child is not in it.',
  ),
  m(
    'modelwatch_scorer_load_seconds',
    'gauge',
    MODEL,
    'How long the version in force took to load: copied, tried in a child of its own, loaded, run once.',
  ),
  m(
    'modelwatch_scorer_first_call_seconds',
    'gauge',
    MODEL,
    'How long the first request to the version in force took: what a cold start leaves to it. Absent before.',
  ),
  m(
    'modelwatch_cost_total',
    'counter',
    [...MODEL, 'source', 'currency'],
    'Cost at the configured prices: of CPU time of scoring, of explaining, of requests answered, of hours of the replica. Absent without a price.',
  ),
] as const;
