import { CALIBRATION_BINS, SLICE_SCORE_BINS, type Config } from '@modelwatch/core';
import type { Metrics } from './metrics.js';
import { StartError } from './start-error.js';

/** Outcomes, bins of scores and of calibration, and sums of errors of one slice value of a champion. */
const SERIES_BY_VALUE = { probability: 4 + 3 * SLICE_SCORE_BINS + 2 * CALIBRATION_BINS + 4, regression: 4 } as const;

/** A configuration whose series would not fit is refused: better now than at a scrape in the night. */
export function checkSeries({ registry }: Metrics, { watch, models }: Config): void {
  const bySlice = models.flatMap(({ slices, challengers, output }) =>
    // A challenger counts by slice as the champion does, and is compared with it twice.
    slices.map(
      ({ valuesMax, worstMax }) =>
        (valuesMax + 1) * (1 + 12 * challengers.length) + (valuesMax + worstMax + 1) * SERIES_BY_VALUE[output.kind],
    ),
  );
  const series = registry.countSeries() + bySlice.reduce((sum, count) => sum + count, 0);
  if (series > watch.seriesMax) {
    throw new StartError(2, `the models make up to ${series} series on /metrics, watch.seriesMax allows ${watch.seriesMax}\n`);
  }
}
