import { metric, PairedQuality, type Frequencies } from '@modelwatch/core';
import type { BookName } from '../books/index.js';
import { createHistogramCounts, type HistogramCounts } from '../histogram-counts.js';
import { emptyModelTally, type ModelTally } from '../model-tally.js';
import { isSameRule, pairedFromJSON, type PairedTally } from '../paired-tally.js';
import { emptyEvents, emptyQuality, qualityFromJSON, updateEvents, updateSlice, type SeriesTally } from '../series-tally.js';
import { sliceCounts } from '../slice-values.js';
import type { StoreModel } from '../store.js';
import { emptyBooks, type AllBookGauges } from './bookkeeper.js';
import { emptyDrops } from './ledger-drops.js';
import type { CommitNotice, LedgerGauges, PairedUpdate, SeriesUpdate } from './messages.js';
import { eventBins } from './event-bins.js';

/** What the store's thread has told of its counts: the copy that scrapes read. */
export interface Mirror {
  readonly models: readonly ModelTally[];
  readonly series: readonly SeriesTally[];
  readonly gauges: LedgerGauges;
  readonly sizeBytes: number;
  readonly commitSeconds: HistogramCounts;
  /** From here on, other models are shown; those that are new begin at nothing until they are told of. */
  use(configs: readonly StoreModel[]): void;
  apply(notice: CommitNotice): void;
}

function pairedOf({ counts, slices }: PairedUpdate, before: PairedTally | undefined): PairedTally {
  const { rule } = counts.quality;
  const goesOn = before !== undefined && isSameRule(before.quality.rule, rule);
  const tally = { ...pairedFromJSON(counts, rule), ...(goesOn ? { slices: before.slices } : {}) };
  for (const { name, value, quality } of slices) sliceCounts(tally.slices, name).set(value, PairedQuality.fromJSON(quality));
  return tally;
}

const numericBins = (counted: Frequencies | undefined) => (counted?.binning.kind === 'numeric' ? counted.binning : undefined);

/** What a book has told stands until it tells something else. */
function stillTold(before: AllBookGauges, now: AllBookGauges): AllBookGauges {
  return Object.fromEntries(
    Object.entries(now).map(([name, gauges]) => [name, { told: before[name as BookName].told, ...gauges }]),
  ) as unknown as AllBookGauges;
}

/** A scrape shows the same page whichever series the store heard of first, which is a matter of timing. */
function inOrder(series: ReadonlyMap<string, SeriesTally>): Map<string, SeriesTally> {
  return new Map([...series].sort(([one], [other]) => (one < other ? -1 : 1)));
}

export function createMirror(first: readonly StoreModel[]): Mirror {
  let configs = first;
  const models = new Map(configs.map(({ name }) => [name, emptyModelTally(name)]));
  let series = new Map<string, SeriesTally>();
  let gauges: LedgerGauges = {
    waiting: 0,
    settled: 0,
    payloads: 0,
    retired: 0,
    retiredCapacity: 0,
    dropped: emptyDrops(),
    books: emptyBooks(),
  };
  let sizeBytes = 0;
  let commitSeconds = createHistogramCounts(metric('modelwatch_store_commit_duration_seconds').buckets!);

  const update = (told: SeriesUpdate) => {
    // A model that is no longer configured has no series on the scrape.
    const config = configs.find(({ name }) => name === told.model);
    if (config === undefined) return;
    const { model, version, role } = told;
    const key = JSON.stringify([model, version, role]);
    let tally = series.get(key);
    if (tally === undefined) {
      const bins = eventBins(config, version);
      tally = { model, version, role, quality: emptyQuality(bins?.groundTruth), events: emptyEvents(bins) };
      series.set(key, tally);
    }
    if (told.quality !== undefined) tally.quality = qualityFromJSON(told.quality, tally.quality, numericBins(tally.quality.groundTruth));
    if (told.events !== undefined) updateEvents(tally.events, told.events);
    for (const slice of told.slices) updateSlice(tally, slice);
    if (told.paired !== undefined) tally.paired = pairedOf(told.paired, tally.paired);
  };

  return {
    get models() {
      return [...models.values()];
    },
    get series() {
      return [...series.values()];
    },
    get gauges() {
      return gauges;
    },
    get sizeBytes() {
      return sizeBytes;
    },
    get commitSeconds() {
      return commitSeconds;
    },
    use(next) {
      configs = next;
      const names = new Set(next.map(({ name }) => name));
      for (const name of models.keys()) if (!names.has(name)) models.delete(name);
      for (const name of names) if (!models.has(name)) models.set(name, emptyModelTally(name));
      for (const [key, { model }] of series) if (!names.has(model)) series.delete(key);
    },
    apply(notice) {
      sizeBytes = notice.sizeBytes;
      commitSeconds = notice.commitSeconds;
      gauges = { ...notice.report.gauges, books: stillTold(gauges.books, notice.report.gauges.books) };
      for (const tally of notice.report.models) if (models.has(tally.model)) models.set(tally.model, tally);
      if (notice.report.whole) series.clear();
      const known = series.size;
      notice.report.series.forEach(update);
      if (series.size > known) series = inOrder(series);
    },
  };
}
