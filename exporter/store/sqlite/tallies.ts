import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { OutputRule, Role } from '@modelwatch/core';
import type { JoinRule } from '../../pipeline/join.js';
import { emptyModelTally, type ModelTally } from '../model-tally.js';
import { emptyPaired, pairedRule, pairedSlices, pairedToJSON } from '../paired-tally.js';
import {
  emptyEvents,
  emptyQuality,
  eventsFromJSON,
  eventsToJSON,
  qualityFromJSON,
  qualityToJSON,
  type EventBins,
  type EventsJSON,
  type QualityJSON,
  type SeriesTally,
} from '../series-tally.js';
import { made, type OnSlice } from '../slice-values.js';
import type { StoreModel } from '../store.js';
import { createWorstSlices, type WorstSlices } from '../worst-slices.js';
import { eventBins } from './event-bins.js';
import type { LedgerReport, SeriesUpdate } from './messages.js';
import { createPairedRows, type PairedRows } from './paired-rows.js';
import { createSliceRows, slicesOf } from './slice-rows.js';

/** A model with its row in the store. Without `config` it is no longer configured: it is kept, and what waits for it expires when it is due. */
export interface ModelEntry {
  readonly key: number;
  readonly config: StoreModel | undefined;
  readonly tally: ModelTally;
  /** Ground truth that waits for its prediction. */
  early: number;
  changed: boolean;
}

export interface SeriesEntry {
  readonly key: number;
  readonly model: ModelEntry;
  readonly bins: EventBins | undefined;
  readonly tally: SeriesTally;
  qualityChanged: boolean;
  eventsChanged: boolean;
  /** Values whose counts changed, by slice name. */
  readonly slicesChanged: Map<string, Set<string>>;
  /** How its outputs are compared with ground truth; undefined without a configured model. */
  readonly rule: JoinRule | undefined;
  readonly worst: WorstSlices | undefined;
  pairedChanged: boolean;
  readonly pairedSlicesChanged: Map<string, Set<string>>;
}

/** The counts in memory and their rows. They are written in the transaction that changes what they count. */
export interface Tallies {
  model(name: string): ModelEntry;
  modelByKey(key: number): ModelEntry;
  series(model: ModelEntry, version: string, role: Role): SeriesEntry;
  /** Undefined of a version that is forgotten: no champion's, as long as one of its predictions waits. */
  seriesByKey(key: number): SeriesEntry | undefined;
  /** Writes what changed, within the caller's transaction, and tells what it was. */
  save(): Omit<LedgerReport, 'gauges' | 'whole'>;
  all(): Omit<LedgerReport, 'gauges' | 'whole'>;
}

/** Reads all counts, and makes rows for models that have none. */
export function loadTallies(db: DatabaseSyncInstance, configs: readonly StoreModel[]): Tallies {
  const configByName = new Map(configs.map((config) => [config.name, config]));
  const models = new Map<string, ModelEntry>();
  const modelsByKey = new Map<number, ModelEntry>();
  const seriesByKey = new Map<number, SeriesEntry>();
  const seriesByName = new Map<string, SeriesEntry>();

  const insertModel = db.prepare('INSERT INTO model (name, tally) VALUES (?, ?)');
  const updateModel = db.prepare('UPDATE model SET tally = ? WHERE key = ?');
  const insertSeries = db.prepare('INSERT INTO series (model, version, role, quality, events) VALUES (?, ?, ?, ?, ?)');
  const updateQuality = db.prepare('UPDATE series SET quality = ? WHERE key = ?');
  const updateEvents = db.prepare('UPDATE series SET events = ? WHERE key = ?');

  const sliceRows = createSliceRows(db);
  const pairedRows = createPairedRows(db);

  const addModel = (key: number, tally: ModelTally) => {
    const entry = { key, config: configByName.get(tally.model), tally, early: 0, changed: false };
    models.set(tally.model, entry);
    modelsByKey.set(key, entry);
    return entry;
  };
  const addSeries = (entry: SeriesEntry) => {
    const { model, version, role } = entry.tally;
    seriesByKey.set(entry.key, entry);
    seriesByName.set(JSON.stringify([model, version, role]), entry);
    return entry;
  };

  for (const row of db.prepare('SELECT key, name, tally FROM model').all() as { key: number; name: string; tally: string }[]) {
    addModel(row.key, { ...emptyModelTally(row.name), ...(JSON.parse(row.tally) as Partial<ModelTally>) });
  }
  for (const { name } of configs) {
    if (models.has(name)) continue;
    const tally = emptyModelTally(name);
    addModel(Number(insertModel.run(name, JSON.stringify(tally)).lastInsertRowid), tally);
  }
  for (const row of db.prepare('SELECT key, model, version, role, quality, events FROM series').all() as SeriesRow[]) {
    const { key, tally } = addSeries(readSeries(row, modelsByKey.get(row.model)!, pairedRows));
    sliceRows.load(key, tally);
  }
  countWaiting(db, modelsByKey);

  const reportOf = (entries: Iterable<SeriesEntry>, whole: boolean): SeriesUpdate[] => {
    const updates: SeriesUpdate[] = [];
    for (const entry of entries) {
      const { model, version, role, quality, events, paired } = entry.tally;
      if (!whole && !entry.qualityChanged && !entry.eventsChanged && !entry.pairedChanged) continue;
      updates.push({
        model,
        version,
        role,
        ...(whole || entry.qualityChanged ? { quality: qualityToJSON(quality) } : {}),
        ...(whole || entry.eventsChanged ? { events: eventsToJSON(events, entry.bins) } : {}),
        slices: slicesOf(entry.tally, whole ? undefined : entry.slicesChanged),
        ...(paired !== undefined && (whole || entry.pairedChanged)
          ? { paired: { counts: pairedToJSON(paired), slices: pairedSlices(paired, whole ? undefined : entry.pairedSlicesChanged) } }
          : {}),
      });
    }
    return updates;
  };

  return {
    model: (name) => models.get(name)!,
    modelByKey: (key) => modelsByKey.get(key)!,
    seriesByKey: (key) => seriesByKey.get(key),
    series(model, version, role) {
      const found = seriesByName.get(JSON.stringify([model.tally.model, version, role]));
      if (found !== undefined) return found;
      const bins = model.config === undefined ? undefined : eventBins(model.config, version);
      const { rule, pairing } = rulesOf(model, version, role);
      const paired = pairing === undefined ? undefined : emptyPaired(pairing);
      const tally = {
        model: model.tally.model,
        version,
        role,
        quality: emptyQuality(bins?.groundTruth),
        events: emptyEvents(bins),
        paired,
      };
      const { lastInsertRowid } = insertSeries.run(
        model.key,
        version,
        role,
        JSON.stringify(qualityToJSON(tally.quality)),
        JSON.stringify(eventsToJSON(tally.events, bins)),
      );
      return addSeries({
        key: Number(lastInsertRowid),
        model,
        bins,
        tally,
        rule,
        worst: worstOf(rule),
        ...unchanged(),
        qualityChanged: true,
        eventsChanged: true,
        pairedChanged: true,
      });
    },
    save() {
      for (const { worst, qualityChanged, tally, slicesChanged } of seriesByKey.values()) {
        if (qualityChanged) worst?.show(tally.quality, onSliceOf(slicesChanged));
      }
      const report = { models: [] as ModelTally[], series: reportOf(seriesByKey.values(), false) };
      for (const entry of modelsByKey.values()) {
        if (!entry.changed) continue;
        updateModel.run(JSON.stringify(entry.tally), entry.key);
        report.models.push(structuredClone(entry.tally));
        entry.changed = false;
      }
      for (const update of report.series) {
        const entry = seriesByName.get(JSON.stringify([update.model, update.version, update.role]))!;
        if (update.quality !== undefined) updateQuality.run(JSON.stringify(update.quality), entry.key);
        if (update.events !== undefined) updateEvents.run(JSON.stringify(update.events), entry.key);
        sliceRows.save(entry.key, update.slices);
        if (update.paired !== undefined) pairedRows.save(entry.key, update.paired);
        entry.slicesChanged.clear();
        entry.pairedSlicesChanged.clear();
        entry.pairedChanged = false;
        entry.qualityChanged = false;
        entry.eventsChanged = false;
      }
      return report;
    },
    all: () => ({
      models: [...modelsByKey.values()].map(({ tally }) => structuredClone(tally)),
      series: reportOf(seriesByKey.values(), true),
    }),
  };
}

interface SeriesRow {
  readonly key: number;
  readonly model: number;
  readonly version: string;
  readonly role: Role;
  readonly quality: string;
  readonly events: string;
}

const unchanged = () => ({
  qualityChanged: false,
  eventsChanged: false,
  slicesChanged: new Map<string, Set<string>>(),
  pairedChanged: false,
  pairedSlicesChanged: new Map<string, Set<string>>(),
});

/** How outputs of a series are compared with ground truth, and those of a challenger with the champion's. */
function rulesOf({ config }: ModelEntry, version: string, role: Role): { rule: JoinRule | undefined; pairing: OutputRule | undefined } {
  if (config === undefined) return { rule: undefined, pairing: undefined };
  const pairing = role === 'challenger' ? pairedRule(config, version) : undefined;
  const threshold = pairing?.kind === 'probability' ? pairing.challengerThreshold : config.threshold;
  // The long tail of a challenger's slices is not kept: it would be as large again for each of them.
  const slices = role === 'challenger' ? config.slices.map(({ name, valuesMax }) => ({ name, valuesMax })) : config.slices;
  return { rule: { kind: config.kind, threshold, slices }, pairing };
}

const worstOf = (rule: JoinRule | undefined) => (rule === undefined ? undefined : createWorstSlices(rule.kind, rule.slices));

/** Notes which slice values changed. */
export const onSliceOf =
  (changed: Map<string, Set<string>>): OnSlice =>
  (name, value) => {
    made(changed, name, () => new Set<string>()).add(value);
  };

function readSeries(row: SeriesRow, model: ModelEntry, pairedRows: PairedRows): SeriesEntry {
  const bins = model.config === undefined ? undefined : eventBins(model.config, row.version);
  const { rule, pairing } = rulesOf(model, row.version, row.role);
  const tally = {
    model: model.tally.model,
    version: row.version,
    role: row.role,
    quality: qualityFromJSON(JSON.parse(row.quality) as QualityJSON, undefined, bins?.groundTruth),
    events: eventsFromJSON(JSON.parse(row.events) as EventsJSON, bins),
    paired: pairing === undefined ? undefined : pairedRows.load(row.key, pairing),
  };
  return { key: row.key, model, bins, tally, rule, worst: worstOf(rule), ...unchanged() };
}

/** `pending` and `early` follow from the rows, so that they cannot drift away from them. */
function countWaiting(db: DatabaseSyncInstance, models: ReadonlyMap<number, ModelEntry>): void {
  for (const model of models.values()) model.tally.pending = 0;
  const rows = db.prepare('SELECT model, state, count(*) AS rows FROM prediction WHERE state IN (0, 1) GROUP BY model, state').all();
  for (const { model, state, rows: count } of rows as { model: number; state: number; rows: number }[]) {
    const entry = models.get(model)!;
    if (state === 0) entry.tally.pending = count;
    else entry.early = count;
  }
}
