import type { PredictionBatch, Role } from '@modelwatch/core';
import type { RecordMessage } from './messages.js';

/** Predictions on their way to the store's thread, in columns by series. */
export interface RecordBuffer {
  /** Copies a batch: its columns may be used again at once. */
  add(batch: PredictionBatch): void;
  readonly rows: number;
  /** What was added, as messages; the buffer is empty then. */
  take(nowSeconds: number): RecordMessage[];
}

interface Columns {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  readonly ids: string[];
  readonly times: number[];
  readonly outputs: number[];
  readonly slices: (string | undefined)[][];
  readonly sliceNames: readonly string[] | undefined;
}

export function createRecordBuffer(): RecordBuffer {
  // Few series are written at a time, so a list is searched faster than a key is made.
  let series: Columns[] = [];
  let rows = 0;
  const columnsOf = ({ model, version, role, slices, sliceNames }: PredictionBatch): Columns => {
    for (const columns of series) {
      const isOwn = columns.model === model && columns.version === version && columns.role === role;
      // Models before and after a reload record side by side for a while; each hands over its own list of names.
      if (isOwn && columns.sliceNames === sliceNames) return columns;
    }
    const columns = { model, version, role, ids: [], times: [], outputs: [], slices: slices.map(() => []), sliceNames };
    series.push(columns);
    return columns;
  };
  return {
    add(batch) {
      const { ids, times, outputs, slices } = columnsOf(batch);
      for (let row = 0; row < batch.rows; row++) {
        ids.push(batch.ids[row]!);
        times.push(batch.timeSeconds);
        outputs.push(batch.outputs[row] ?? NaN);
      }
      for (let i = 0; i < slices.length; i++) {
        const from = batch.slices[i];
        const into = slices[i]!;
        for (let row = 0; row < batch.rows; row++) into.push(from?.[row]);
      }
      rows += batch.rows;
    },
    get rows() {
      return rows;
    },
    take(nowSeconds) {
      // Those of challengers last: each is kept with the prediction it is a second opinion on.
      const inOrder = [...series.filter(({ role }) => role !== 'challenger'), ...series.filter(({ role }) => role === 'challenger')];
      const messages = inOrder.map(({ model, version, role, ids, times, outputs, slices, sliceNames }) => ({
        kind: 'record' as const,
        model,
        version,
        role,
        nowSeconds,
        ids,
        timesSeconds: Float64Array.from(times),
        outputs: Float64Array.from(outputs),
        slices,
        sliceNames,
      }));
      series = [];
      rows = 0;
      return messages;
    },
  };
}
