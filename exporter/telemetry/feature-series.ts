import { binLabels, chiSquareQuantile, Frequencies, groundTruthBinning, metric, type MetricName } from '@modelwatch/core';
import type { ModelWatch } from '../pipeline/model-watch.js';
import { sameEdges } from '../store/ground-truth-tally.js';
import { labelText, withLabel } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

type Lines = Iterable<readonly [labels: string, value: number]>;

/** One feature (or the output) of one model version, with its labels already text. */
interface WatchedColumn {
  readonly labels: string;
  readonly binLabelTexts: readonly string[];
  /** The counts of every place that counts this column: requests here, ingested events in the store. */
  readonly counted: () => readonly Frequencies[];
  readonly referenceCounts: readonly number[];
  readonly referenceMissing: number;
  readonly numeric: boolean;
  readonly chiSquareQuantile: number;
}

export interface FeatureSource {
  readonly watch: ModelWatch;
  readonly significance: number;
  /** Frequencies of ingested events, feature by feature and the output last; undefined where none were ingested. */
  readonly ingested: () => { readonly features: readonly Frequencies[]; readonly output: Frequencies | undefined } | undefined;
  /** Joined ground truth by the bins of the evaluation; undefined where none was joined. */
  readonly groundTruth: () => Frequencies | undefined;
}

/**
 * Registers the families of features, outputs and baselines. `models` is read at each scrape, so models may come and go; a source that is given
 * again keeps the columns made for it.
 */
export function featureFamilies(registry: SlicedRegistry, models: () => readonly FeatureSource[]): void {
  const cache = new WeakMap<FeatureSource, Columns>();
  const columnsOf = (model: FeatureSource): Columns => {
    let columns = cache.get(model);
    if (columns === undefined) cache.set(model, (columns = columnsLater(model)));
    return columns;
  };
  const features = function* () {
    for (const model of models()) for (const column of columnsOf(model).features) yield column();
  };
  const outputs = function* () {
    for (const model of models()) {
      const { output } = columnsOf(model);
      if (output !== undefined) yield output();
    }
  };
  const truths = function* () {
    for (const model of models()) {
      const { groundTruth } = columnsOf(model);
      if (groundTruth !== undefined) yield groundTruth();
    }
  };
  const add = (name: MetricName, columns: () => Iterable<WatchedColumn>, lines: (column: WatchedColumn) => Lines) =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const column of columns()) yield* lines(column);
      }),
    );

  add('modelwatch_feature_bin_total', features, binLines);
  add('modelwatch_feature_cumulative_total', features, cumulativeLines);
  add('modelwatch_feature_values_total', features, (column) => [[column.labels, total(column, (f) => f.count + f.missing)]]);
  add('modelwatch_feature_missing_total', features, (column) => [[column.labels, total(column, (f) => f.missing)]]);
  add('modelwatch_feature_out_of_range_total', features, (column) =>
    column.numeric ? [[column.labels, total(column, (f) => f.outOfRange)]] : [],
  );
  add('modelwatch_feature_unseen_total', features, (column) => (column.numeric ? [] : [[column.labels, total(column, (f) => f.unseen)]]));
  add('modelwatch_output_bin_total', outputs, binLines);
  add('modelwatch_output_cumulative_total', outputs, cumulativeLines);
  add('modelwatch_ground_truth_bin_total', truths, binLines);
  add('modelwatch_ground_truth_cumulative_total', truths, cumulativeLines);
  add('modelwatch_output_missing_total', outputs, (column) => [[column.labels, total(column, (f) => f.missing)]]);

  add('modelwatch_baseline_bin_ratio', features, referenceLines);
  add('modelwatch_baseline_cumulative_ratio', features, referenceCumulativeLines);
  add('modelwatch_baseline_values', features, (column) => [[column.labels, sum(column.referenceCounts)]]);
  add('modelwatch_baseline_missing_ratio', features, (column) => [
    [column.labels, column.referenceMissing / (sum(column.referenceCounts) + column.referenceMissing)],
  ]);
  add('modelwatch_baseline_chi_square_quantile', features, (column) => [[column.labels, column.chiSquareQuantile]]);
  add('modelwatch_baseline_output_bin_ratio', outputs, referenceLines);
  add('modelwatch_baseline_output_cumulative_ratio', outputs, referenceCumulativeLines);
  add('modelwatch_baseline_output_values', outputs, (column) => [[column.labels, sum(column.referenceCounts)]]);
  add('modelwatch_baseline_output_chi_square_quantile', outputs, (column) => [[column.labels, column.chiSquareQuantile]]);
  add('modelwatch_baseline_ground_truth_bin_ratio', truths, referenceLines);
  add('modelwatch_baseline_ground_truth_cumulative_ratio', truths, referenceCumulativeLines);
  add('modelwatch_baseline_ground_truth_values', truths, (column) => [[column.labels, sum(column.referenceCounts)]]);
  add('modelwatch_baseline_ground_truth_chi_square_quantile', truths, (column) => [[column.labels, column.chiSquareQuantile]]);
}

/** Columns that are made when they are first asked for: a thousand at once would hold the event loop at the first scrape. */
interface Columns {
  readonly features: readonly (() => WatchedColumn)[];
  readonly output: (() => WatchedColumn) | undefined;
  readonly groundTruth: (() => WatchedColumn) | undefined;
}

function columnsLater({ watch, significance, ingested, groundTruth }: FeatureSource): Columns {
  const { baseline, features, output } = watch;
  if (baseline === undefined || output === undefined) return { features: [], output: undefined, groundTruth: undefined };
  const { evaluation } = baseline;
  const identity = [watch.model, watch.version];
  const labelsOfModel = () => labelText(['model', 'version', 'role'], [...identity, watch.role]);
  return {
    features: baseline.features.map((reference, i) =>
      once(() => {
        const labels = labelText(['model', 'version', 'feature'], [...identity, reference.name]);
        return makeColumn(labels, features[i]!, () => ingested()?.features[i], reference, significance);
      }),
    ),
    output: once(() => makeColumn(labelsOfModel(), output, () => ingested()?.output, baseline.output, significance)),
    groundTruth:
      evaluation &&
      once(() => {
        const reference = { counts: evaluation.groundTruth.counts, missing: 0 };
        // The store alone counts it; until it does, and where it still counts by an earlier baseline, there is nothing.
        const none = new Frequencies(groundTruthBinning(evaluation));
        const counted = () => {
          const joined = groundTruth();
          const isOfThese = joined?.binning.kind === 'numeric' && sameEdges(joined.binning.edges, evaluation.groundTruth.edges);
          return isOfThese ? joined : undefined;
        };
        return makeColumn(labelsOfModel(), none, counted, reference, significance);
      }),
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

function makeColumn(
  labels: string,
  own: Frequencies,
  ingested: () => Frequencies | undefined,
  reference: { readonly counts: readonly number[]; readonly missing: number },
  significance: number,
): WatchedColumn {
  const bins = binLabels(own.binning);
  return {
    labels,
    binLabelTexts: bins.map((bin) => withLabel(labels, 'bin', bin)),
    counted: () => {
      const other = ingested();
      return other === undefined ? [own] : [own, other];
    },
    referenceCounts: reference.counts,
    referenceMissing: reference.missing,
    numeric: own.binning.kind === 'numeric',
    chiSquareQuantile: chiSquareQuantile(1 - significance, Math.max(1, bins.length - 1)),
  };
}

function* binLines(column: WatchedColumn): Lines {
  const counted = column.counted();
  for (let bin = 0; bin < column.binLabelTexts.length; bin++) yield [column.binLabelTexts[bin]!, countIn(counted, bin)];
}

function* cumulativeLines(column: WatchedColumn): Lines {
  if (!column.numeric) return;
  const counted = column.counted();
  let cumulative = 0;
  for (let bin = 0; bin < column.binLabelTexts.length; bin++) yield [column.binLabelTexts[bin]!, (cumulative += countIn(counted, bin))];
}

function* referenceLines(column: WatchedColumn): Lines {
  const values = sum(column.referenceCounts);
  for (let bin = 0; bin < column.binLabelTexts.length; bin++) yield [column.binLabelTexts[bin]!, column.referenceCounts[bin]! / values];
}

function* referenceCumulativeLines(column: WatchedColumn): Lines {
  if (!column.numeric) return;
  const values = sum(column.referenceCounts);
  let cumulative = 0;
  for (let bin = 0; bin < column.binLabelTexts.length; bin++)
    yield [column.binLabelTexts[bin]!, (cumulative += column.referenceCounts[bin]!) / values];
}

function countIn(counted: readonly Frequencies[], bin: number): number {
  let count = 0;
  for (const frequencies of counted) count += frequencies.counts[bin]!;
  return count;
}

function total(column: WatchedColumn, of: (frequencies: Frequencies) => number): number {
  let count = 0;
  for (const frequencies of column.counted()) count += of(frequencies);
  return count;
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
