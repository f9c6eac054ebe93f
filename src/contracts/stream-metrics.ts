import { metricRow as m } from './metric-description.js';

/** Rows of THE TABLE on the stream of changes. */
export const STREAM_METRICS = [
  m('modelwatch_stream_listeners_entries', 'gauge', [], 'Listeners of the stream of changes at present.'),
  m('modelwatch_stream_listeners_capacity_entries', 'gauge', [], 'Listeners that the stream of changes may have; further ones get 503.'),
  m(
    'modelwatch_stream_listeners_dropped_total',
    'counter',
    ['reason'],
    'Listeners refused since there were as many as may be (full), and those ended since they read too slowly (slow).',
  ),
] as const;
