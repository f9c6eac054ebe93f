import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { StoreModel } from '../store.js';
import { STATE } from './schema.js';

/** Counts of versions that are neither served nor compared any more. */
export interface Retired {
  readonly kept: number;
  readonly dropped: number;
}

interface SeriesRow {
  readonly key: number;
  readonly version: string;
  readonly role: string;
}

/**
 * Takes away the counts of retired versions of the configured models, beyond the latest `retiredMax` of each, those that were first seen last. What still waits
 * for ground truth keeps its version. A model retrained every week has fifty versions after a year, each with hundreds of series on the
 * scrape: at the cap on series promotions would be refused. Where a model does not say what it serves, nothing of it is retired.
 * Within the caller's transaction.
 */
export function dropRetired(db: DatabaseSyncInstance, configs: readonly StoreModel[], retiredMax: number): Retired {
  const select = db.prepare(
    'SELECT series.key, version, role FROM series JOIN model ON model.key = series.model WHERE model.name = ? ORDER BY series.key DESC',
  );
  const waiting = db.prepare(
    `SELECT DISTINCT series FROM prediction WHERE state = ${STATE.pending} AND model = (SELECT key FROM model WHERE name = ?)`,
  );
  const removals = ['slice', 'paired'].map((table) => db.prepare(`DELETE FROM ${table} WHERE series = ?`));
  removals.push(db.prepare('DELETE FROM series WHERE key = ?'));
  let [kept, dropped] = [0, 0];
  for (const { name, servedVersion, challengers = [] } of configs) {
    if (servedVersion === undefined) continue;
    const inForce = new Set([`champion ${servedVersion}`, ...challengers.map(({ version }) => `challenger ${version}`)]);
    const retired = (select.all(name) as SeriesRow[]).filter(({ role, version }) => !inForce.has(`${role} ${version}`));
    const beyond = retired.slice(retiredMax);
    // What waits is gone through only where it matters.
    const needed = new Set(beyond.length === 0 ? [] : (waiting.all(name) as { series: number }[]).map(({ series }) => series));
    const removed = beyond.filter(({ key }) => !needed.has(key));
    for (const { key } of removed) for (const removal of removals) removal.run(key);
    kept += retired.length - removed.length;
    dropped += removed.length;
  }
  return { kept, dropped };
}
