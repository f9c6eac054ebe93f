import { FEATURES, scoreOf, type BatchScore } from './session.js';
import type { RowScore } from './v2-row.js';

export type ScoreRow = (values: readonly number[], done: (score: RowScore) => void) => void;

interface Waiting {
  readonly values: readonly number[];
  readonly done: (score: RowScore) => void;
}

/**
 * Puts the rows of one turn of the event loop together. While `batchesMax` batches are under way, rows wait and make the next one larger:
 * the more is to be done, the cheaper is a row.
 */
export function microBatches(batchesMax: number, send: (values: Float32Array, done: (score: BatchScore) => void) => void): ScoreRow {
  let waiting: Waiting[] = [];
  let underWay = 0;
  let scheduled = false;

  const flush = (): void => {
    scheduled = false;
    if (underWay >= batchesMax || waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    const values = new Float32Array(batch.length * FEATURES);
    batch.forEach((row, i) => values.set(row.values, i * FEATURES));
    underWay++;
    send(values, (score) => {
      underWay--;
      batch.forEach((row, i) => row.done(scoreOf(score, i)));
      flush();
    });
  };
  return (values, done) => {
    waiting.push({ values, done });
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
}
