import { metricRow as m } from './metric-description.js';

/** Rows of THE TABLE on snapshots, and on tables of the store that are bounded in bytes. */
export const SNAPSHOT_METRICS = [
  m(
    'modelwatch_snapshot_windows_total',
    'counter',
    ['outcome'],
    'Windows whose counts were written to the store (taken), or were not (failed): their counts go into the next one, or are given up where a drain ends.',
  ),
  m('modelwatch_table_bytes', 'gauge', ['queue'], 'Bytes that the rows of a table of the store take, about.'),
  m('modelwatch_table_capacity_bytes', 'gauge', ['queue'], 'Bytes that the rows of a table may take; beyond it the oldest go.'),
  m(
    'modelwatch_table_oldest_timestamp_seconds',
    'gauge',
    ['queue'],
    'What the oldest row of a table is of, in seconds since the epoch; 0 while there is none.',
  ),
] as const;
