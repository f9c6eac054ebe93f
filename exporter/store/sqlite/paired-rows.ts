import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { PairedQuality, type OutputRule, type PairedQualityJSON } from '@modelwatch/core';
import { emptyPaired, isSameRule, pairedFromJSON, type PairedJSON, type PairedTally } from '../paired-tally.js';
import { sliceCounts } from '../slice-values.js';
import type { PairedUpdate } from './messages.js';

/**
 * The table `paired`: how a challenger compares with its champion. A row for all of a series, under a name and a value of '', which no slice has,
 * and one for each value of a slice.
 */
export interface PairedRows {
  /** The counts of a series by a rule; those of another rule are deleted, or they would come back with it. */
  load(series: number, rule: OutputRule): PairedTally;
  save(series: number, update: PairedUpdate): void;
}

export function createPairedRows(db: DatabaseSyncInstance): PairedRows {
  const select = db.prepare('SELECT name, value, counts FROM paired WHERE series = ?');
  const removeSlices = db.prepare("DELETE FROM paired WHERE series = ? AND name <> ''");
  const upsert = db.prepare(
    `INSERT INTO paired (series, name, value, counts) VALUES (?, ?, ?, ?)
     ON CONFLICT (series, name, value) DO UPDATE SET counts = excluded.counts`,
  );
  return {
    load(series, rule) {
      const rows = select.all(series) as { name: string; value: string; counts: string }[];
      const own = rows.find(({ name }) => name === '');
      if (own === undefined) return emptyPaired(rule);
      const json = JSON.parse(own.counts) as PairedJSON;
      const tally = pairedFromJSON(json, rule);
      if (!isSameRule(json.quality.rule, rule)) removeSlices.run(series);
      else {
        for (const { name, value, counts } of rows) {
          if (name !== '') sliceCounts(tally.slices, name).set(value, PairedQuality.fromJSON(JSON.parse(counts) as PairedQualityJSON));
        }
      }
      return tally;
    },
    save(series, { counts, slices }) {
      upsert.run(series, '', '', JSON.stringify(counts));
      for (const { name, value, quality } of slices) upsert.run(series, name, value, JSON.stringify(quality));
    },
  };
}
