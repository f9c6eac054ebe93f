import type { Baseline, FeatureColumn, FeatureRows, ModelConfig, PredictionBatch } from '@modelwatch/core';

/** Features of recent predictions, in memory alone: what the domain classifier compares with the baseline. */
export interface RecentRows {
  readonly rows: number;
  readonly capacity: number;
  /** Takes rows, no faster than the capacity a window once it is full: then what is kept reaches back about a window. Cost: a copy of a row. */
  observe(batch: Pick<PredictionBatch, 'features' | 'rows' | 'timeSeconds'>): void;
  /** A copy of what is kept. */
  take(): FeatureRows;
}

const VALUES_MAX = 1_000_000;

/** Undefined without a baseline, or where none are to be kept. Memory: 8 bytes a number, a reference a text. */
export function createRecentRows(
  { multivariate }: ModelConfig,
  baseline: Baseline | undefined,
  windowSeconds: number,
): RecentRows | undefined {
  const features = baseline?.features ?? [];
  if (features.length === 0) return undefined;
  const capacity = Math.min(multivariate.recentRowsMax, Math.floor(VALUES_MAX / features.length));
  if (capacity === 0) return undefined;
  /** Made with the first row: a model without traffic takes no memory. */
  let columns: (Float64Array | (string | null)[])[] = [];
  let rows = 0;
  let next = 0;
  /** Rows that may be taken now. The first ones come in at once. */
  let allowance = capacity;
  let lastSeconds = -Infinity;
  return {
    get rows() {
      return rows;
    },
    capacity,
    observe(batch) {
      if (batch.timeSeconds > lastSeconds) {
        const passed = lastSeconds === -Infinity ? 0 : batch.timeSeconds - lastSeconds;
        allowance = Math.min(capacity, allowance + (passed * capacity) / windowSeconds);
        lastSeconds = batch.timeSeconds;
      }
      if (columns.length === 0)
        columns = features.map(({ kind }) =>
          kind === 'numeric' ? new Float64Array(capacity) : new Array<string | null>(capacity).fill(null),
        );
      for (let row = 0; row < batch.rows && allowance >= 1; row++, allowance--) {
        for (const [i, column] of columns.entries()) {
          const value = batch.features[i]?.[row];
          if (column instanceof Float64Array) column[next] = typeof value === 'number' ? value : NaN;
          else column[next] = value === undefined || value === null ? null : String(value);
        }
        next = (next + 1) % capacity;
        rows = Math.min(capacity, rows + 1);
      }
    },
    take: () => ({ rows, columns: columns.map((column): FeatureColumn => column.slice(0, rows)) }),
  };
}
