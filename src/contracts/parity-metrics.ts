import { metricRow as m, MODEL_LABELS as MODEL } from './metric-description.js';

/** Rows of THE TABLE on feature parity. look-ups asked for = compared + failed + timed out + circuit open + dropped + skipped + under way, exactly. */
export const PARITY_METRICS = [
  m(
    'modelwatch_parity_lookups_total',
    'counter',
    [...MODEL, 'outcome'],
    'Look-ups in the feature server, one for a sampled request or for the sampled events of a batch, by what became of them: compared, failed, timed_out, circuit_open, dropped (too many under way), skipped (no value for a join key).',
  ),
  m('modelwatch_parity_in_flight', 'gauge', MODEL, 'Look-ups in the feature server under way.'),
  m('modelwatch_parity_in_flight_capacity', 'gauge', MODEL, 'Look-ups that may be under way at once; further ones are dropped.'),
  m(
    'modelwatch_parity_values_total',
    'counter',
    ['model', 'version', 'feature', 'outcome'],
    "Values of a feature held against the feature server's: matched, mismatched, missing_offline (it does not know the entity or the feature).",
  ),
] as const;
