import { DELAY_SECONDS_BUCKETS, type Baseline, type ModelConfig } from '@modelwatch/core';
import { createHistogramCounts, observe, type HistogramCounts } from '../store/histogram-counts.js';
import type { EventBatch } from '../store/store.js';
import { readEventTime } from './event-time.js';
import { columnFinder, columnOf, namedColumns } from './feature-column.js';
import type { FeatureReader } from './feature-reader.js';
import type { AnsweredRequest } from './watched-model.js';

export const EVENT_TIME_FAULTS = ['missing', 'unreadable', 'future'] as const;
export type EventTimeFault = (typeof EVENT_TIME_FAULTS)[number];

/**
 * Ages of the events that predictions are made from. Predictions seen are the count of the histogram, the missing and the unreadable; an event
 * from the future, by clocks that differ or a wrong zone, counts as an age of 0 and as a fault.
 */
export interface FreshnessWatch {
  /** The request header that has the event time, in lower case; undefined where a feature has it. */
  readonly header: string | undefined;
  readonly ages: HistogramCounts;
  readonly faults: Readonly<Record<EventTimeFault, number>>;
  /**
   * Looks at the rows of an answered request; of many, at some that stand for those behind them, so that their counts add up to all. Cost: about
   * 100 ns a row where times are numbers, and some ten times as much where they are text.
   */
  observeRequest(answered: Pick<AnsweredRequest, 'inputs' | 'eventTime'>, nowSeconds: number): void;
  /** Looks at rows of ingested predictions, each at its own time. */
  observeEvents(batch: Pick<EventBatch, 'features' | 'timeSeconds' | 'timesSeconds'>, rows: readonly number[]): void;
}

/** Rows of one request whose times are read: more in one go would hold the event loop. */
const ROWS_READ_MAX = 4096;

/** Undefined where the configuration does not say what has the event time. */
export function createFreshnessWatch(
  config: ModelConfig,
  features: Baseline['features'],
  reader: Pick<FeatureReader, 'featuresIn' | 'rowsOf'>,
): FreshnessWatch | undefined {
  const { freshness } = config;
  if (freshness === undefined) return undefined;
  const { header, feature = '' } = freshness;
  const ages = createHistogramCounts(DELAY_SECONDS_BUCKETS);
  const faults: Record<EventTimeFault, number> = { missing: 0, unreadable: 0, future: 0 };
  const find = columnFinder(features, reader, namedColumns(config));
  const place = features.findIndex(({ name }) => name === feature);
  const count = (value: unknown, nowSeconds: number, times = 1) => {
    const seconds = readEventTime(value);
    if (typeof seconds === 'string') {
      faults[seconds] += times;
      return;
    }
    if (seconds > nowSeconds) faults.future += times;
    observe(ages, DELAY_SECONDS_BUCKETS, Math.max(0, nowSeconds - seconds), times);
  };
  return {
    header,
    ages,
    faults,
    observeRequest({ inputs, eventTime }, nowSeconds) {
      const rows = reader.rowsOf(inputs) ?? 0;
      if (header !== undefined) {
        if (rows > 0) count(eventTime, nowSeconds, rows);
        return;
      }
      const column = columnOf(inputs, feature, find);
      const step = Math.ceil(rows / ROWS_READ_MAX);
      for (let row = 0; row < rows; row += step) count(column?.at(row), nowSeconds, Math.min(step, rows - row));
    },
    observeEvents({ features: columns, timeSeconds, timesSeconds }, rows) {
      if (place < 0) return;
      for (const row of rows) count(columns[place]?.[row], timesSeconds?.[row] ?? timeSeconds);
    },
  };
}
