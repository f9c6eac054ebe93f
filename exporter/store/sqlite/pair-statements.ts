import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { STATE } from './schema.js';

/** Rows of one INSERT. A statement a row costs twice as much, mostly in crossing from JavaScript. */
export const ROWS_PER_INSERT = 64;

/** The statements on the table `prediction`: plain SQL with ON CONFLICT, which PostgreSQL takes too. */
export function preparePairs(db: DatabaseSyncInstance) {
  const insert = (rows: number) =>
    db.prepare(
      `INSERT INTO prediction (model, id, state, due, series, time, output, slices)
       VALUES ${new Array(rows).fill('(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')} ON CONFLICT (model, id) DO NOTHING`,
    );
  const where = 'WHERE model = ? AND id = ?';
  const due = db.prepare('SELECT 1 FROM prediction WHERE state = ? AND due <= ? LIMIT 1');
  return {
    insertOne: insert(1),
    insertMany: insert(ROWS_PER_INSERT),
    insertTruth: db.prepare(`INSERT INTO prediction (model, id, state, due, truth, truth_time) VALUES (?, ?, ${STATE.early}, ?, ?, ?)`),
    find: db.prepare(`SELECT state, due, series, time, output, slices, truth, truth_time, challengers FROM prediction ${where}`),
    meet: db.prepare(`UPDATE prediction SET state = ${STATE.joined}, due = ?, series = ?, time = ?, output = ? ${where}`),
    // The output stays: that of a challenger may come after ground truth.
    join: db.prepare(`UPDATE prediction SET state = ${STATE.joined}, due = ?, truth = ?, truth_time = ?, slices = NULL ${where}`),
    /** Of a prediction that waits and has none yet, which is the common case: no row crosses to JavaScript. */
    setFirstChallenger: db.prepare(
      `UPDATE prediction SET challengers = ? ${where} AND state = ${STATE.pending} AND due > ? AND challengers IS NULL`,
    ),
    setChallengers: db.prepare(`UPDATE prediction SET challengers = ? ${where}`),
    setTruth: db.prepare(`UPDATE prediction SET truth = ?, truth_time = ? ${where}`),
    expire: db.prepare(
      `UPDATE prediction SET state = ${STATE.expired}, due = ?, output = NULL, slices = NULL, challengers = NULL ${where}`,
    ),
    remove: db.prepare(`DELETE FROM prediction ${where}`),
    due: db.prepare('SELECT model, id, series, due, challengers FROM prediction WHERE state = ? AND due <= ? ORDER BY due LIMIT ?'),
    forgetFirst: db.prepare(
      `DELETE FROM prediction WHERE (model, id) IN (SELECT model, id FROM prediction WHERE state = ? ORDER BY due LIMIT ?)`,
    ),
    /** A state with rows whose time has come. */
    nextDue: (nowSeconds: number) => Object.values(STATE).find((state) => due.get(state, nowSeconds) !== undefined),
  };
}
