import { metricRow as m } from './metric-description.js';

/** Rows of THE TABLE on limits: each queue, cache and label set with its fill, its cap and its drops. */
export const LIMIT_METRICS = [
  m('modelwatch_queue_entries', 'gauge', ['queue'], 'Entries waiting in a queue.'),
  m('modelwatch_queue_capacity_entries', 'gauge', ['queue'], 'Entries a queue holds at most.'),
  m(
    'modelwatch_queue_bytes',
    'gauge',
    ['queue'],
    'Bytes that the entries waiting in a queue keep in memory, of one that is bounded in bytes.',
  ),
  m(
    'modelwatch_queue_capacity_bytes',
    'gauge',
    ['queue'],
    'Bytes that the entries of a queue may keep; further ones are dropped, unless one is alone.',
  ),
  m('modelwatch_queue_dropped_total', 'counter', ['queue', 'reason'], 'Entries dropped by a queue, by reason.'),
  m('modelwatch_label_values', 'gauge', ['model', 'label'], 'Values a label has taken.'),
  m('modelwatch_label_values_capacity', 'gauge', ['model', 'label'], 'Values a label may take; further ones count as __other__.'),
  m('modelwatch_label_values_folded_total', 'counter', ['model', 'label'], 'Values counted as __other__ because the cap was reached.'),
] as const;
