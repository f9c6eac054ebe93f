/** Counts by bucket, not cumulative, the last one being +Inf, and the sum of the values. What crosses threads and disks of a histogram. */
export interface HistogramCounts {
  readonly counts: number[];
  sum: number;
}

export function createHistogramCounts(bounds: readonly number[]): HistogramCounts {
  return { counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
}

/** Counts a value so many times; a bucket holds what is at most its bound, as Prometheus' `le` does. */
export function observe(histogram: HistogramCounts, bounds: readonly number[], value: number, times = 1): void {
  let bucket = 0;
  while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
  histogram.counts[bucket]! += times;
  histogram.sum += value * times;
}
