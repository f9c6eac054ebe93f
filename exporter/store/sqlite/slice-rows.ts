import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { sliceToJSON, updateSlice, type SeriesTally, type SliceJSON } from '../series-tally.js';

/** The table `slice`: a row for each value of a slice, written when its counts change. */
export interface SliceRows {
  /** Fills the slices of a tally from its rows. */
  load(series: number, tally: SeriesTally): void;
  save(series: number, slices: readonly SliceJSON[]): void;
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly predictions: number;
  readonly true_positive: number;
  readonly false_positive: number;
  readonly true_negative: number;
  readonly false_negative: number;
}

export function createSliceRows(db: DatabaseSyncInstance): SliceRows {
  const select = db.prepare('SELECT * FROM slice WHERE series = ?');
  const upsert = db.prepare(
    `INSERT INTO slice (series, name, value, predictions, true_positive, false_positive, true_negative, false_negative)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (series, name, value) DO UPDATE SET predictions = excluded.predictions,
       true_positive = excluded.true_positive, false_positive = excluded.false_positive,
       true_negative = excluded.true_negative, false_negative = excluded.false_negative`,
  );
  return {
    load(series, tally) {
      for (const row of select.all(series) as Row[]) {
        const { name, value, predictions } = row;
        const confusion = {
          truePositive: row.true_positive,
          falsePositive: row.false_positive,
          trueNegative: row.true_negative,
          falseNegative: row.false_negative,
        };
        updateSlice(tally, { name, value, predictions, confusion });
      }
    },
    save(series, slices) {
      for (const { name, value, predictions, confusion } of slices) {
        const { truePositive, falsePositive, trueNegative, falseNegative } = confusion;
        upsert.run(series, name, value, predictions, truePositive, falsePositive, trueNegative, falseNegative);
      }
    },
  };
}

/** The slices of a tally, all of them or those named. */
export function slicesOf(tally: SeriesTally, named?: ReadonlyMap<string, ReadonlySet<string>>): SliceJSON[] {
  const slices: SliceJSON[] = [];
  for (const [name, values] of named ?? allNames(tally)) for (const value of values) slices.push(sliceToJSON(tally, name, value));
  return slices;
}

function allNames({ quality, events }: SeriesTally): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const slices of [quality.slices, events.slices]) {
    for (const [name, values] of slices) names.set(name, new Set([...(names.get(name) ?? []), ...values.keys()]));
  }
  return names;
}
