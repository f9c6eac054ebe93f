import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { OTHER_BIN } from '@modelwatch/core';
import { emptySliceJoined, joinedToJSON, type JoinedJSON } from '../joined-counts.js';
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
  readonly joined: string | null;
  readonly tail: string | null;
}

export function createSliceRows(db: DatabaseSyncInstance): SliceRows {
  const select = db.prepare('SELECT * FROM slice WHERE series = ?');
  const upsert = db.prepare(
    `INSERT INTO slice (series, name, value, predictions, true_positive, false_positive, true_negative, false_negative, joined, tail)
     VALUES (?, ?, ?, ?, 0, 0, 0, 0, ?, ?)
     ON CONFLICT (series, name, value) DO UPDATE SET predictions = excluded.predictions, true_positive = 0, false_positive = 0,
       true_negative = 0, false_negative = 0, joined = excluded.joined, tail = excluded.tail`,
  );
  return {
    load(series, tally) {
      for (const row of select.all(series) as Row[]) {
        const { name, value, predictions } = row;
        const joined = row.joined === null ? onceCounted(row) : (JSON.parse(row.joined) as JoinedJSON);
        const tail = row.tail === null ? onceTail(row, joined) : (JSON.parse(row.tail) as JoinedJSON);
        updateSlice(tally, { name, value, predictions, joined, tail });
      }
    },
    save(series, slices) {
      const text = (counts: JoinedJSON | undefined) => (counts === undefined ? null : JSON.stringify(counts));
      for (const { name, value, predictions, joined, tail } of slices)
        upsert.run(series, name, value, predictions, text(joined), text(tail));
    },
  };
}

/** Rows of the first schema count outcomes alone, in columns; they go on from there. */
function onceCounted(row: Row): JoinedJSON | undefined {
  const confusion = {
    truePositive: row.true_positive,
    falsePositive: row.false_positive,
    trueNegative: row.true_negative,
    falseNegative: row.false_negative,
  };
  if (Object.values(confusion).every((count) => count === 0)) return undefined;
  return { ...joinedToJSON(emptySliceJoined()), confusion };
}

/** What counted as __other__ before it was kept by value is beyond what is kept. */
function onceTail({ value, joined }: Row, counted: JoinedJSON | undefined): JoinedJSON | undefined {
  return value === OTHER_BIN && joined === null ? counted : undefined;
}

/** The slices of a tally, all of them or those named. */
export function slicesOf(tally: SeriesTally, named?: ReadonlyMap<string, ReadonlySet<string>>): SliceJSON[] {
  const slices: SliceJSON[] = [];
  for (const [name, values] of named ?? allNames(tally)) for (const value of values) slices.push(sliceToJSON(tally, name, value));
  return slices;
}

function allNames({ quality, events }: SeriesTally): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const slices of [quality.slices, quality.tail, events.slices]) {
    for (const [name, values] of slices) names.set(name, new Set([...(names.get(name) ?? []), ...values.keys()]));
  }
  return names;
}
