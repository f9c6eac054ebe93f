import type { Config } from '@modelwatch/core';
import type { Metrics } from './metrics.js';
import { StartError } from './start-error.js';

/** A configuration whose series would not fit is refused: better now than at a scrape in the night. */
export function checkSeries({ registry }: Metrics, { watch, models }: Config): void {
  const bySlice = models.flatMap(({ slices, challengers }) =>
    // A challenger counts by slice as the champion does, and is compared with it twice.
    slices.map(({ valuesMax, worstMax }) => (valuesMax + 1) * (5 + 12 * challengers.length) + worstMax * 4),
  );
  const series = registry.countSeries() + bySlice.reduce((sum, count) => sum + count, 0);
  if (series > watch.seriesMax) {
    throw new StartError(2, `the models make up to ${series} series on /metrics, watch.seriesMax allows ${watch.seriesMax}\n`);
  }
}
