import { metric, type MetricName, type Role } from '@modelwatch/core';
import type { SliceCap } from '../store/slice-values.js';
import { emptyModelTally, emptyQuality, type EventKind, type ModelTally, type QualityTally, type StoreReadings } from '../store/index.js';
import { readHistogramFamily } from './histogram-lines.js';
import { labelText } from './label-text.js';
import { OUTCOMES, qualityLabels, type QualityLabels } from './quality-labels.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** A model version that is compared with ground truth. */
export interface QualityModel {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  readonly kind: 'probability' | 'regression';
  /** Of a champion alone. */
  readonly slices?: readonly SliceCap[];
}

type Lines = Iterable<readonly [labels: string, value: number]>;

interface QualitySeries {
  readonly kind: QualityModel['kind'];
  readonly labels: QualityLabels;
  readonly quality: QualityTally;
}

const EVENT_KINDS: readonly EventKind[] = ['prediction', 'request', 'response'];
const NO_QUALITY = emptyQuality();

/**
 * Registers the families of ground truth, quality and ingested events, as the store has counted them. Each version of `models` has its series
 * from the start, at 0, so that `increase` sees its first event; versions that the store still knows of these models keep theirs.
 */
export function qualityFamilies(registry: SlicedRegistry, readings: () => StoreReadings, models: () => readonly QualityModel[]): void {
  const tallies = () => modelTallies(readings(), models());
  const series = seriesReader(readings, models);
  const byModel = (name: MetricName, of: (tally: ModelTally) => number) =>
    registry.add(readFamily(metric(name), () => tallies().map((tally) => [labelText(['model'], [tally.model]), of(tally)] as const)));
  const bySeries = (name: MetricName, kinds: 'all' | 'probability', lines: (series: QualitySeries) => Lines) =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const entry of series()) if (kinds === 'all' || entry.kind === kinds) yield* lines(entry);
      }),
    );

  byModel('modelwatch_ground_truth_received_total', ({ received }) => received);
  byModel('modelwatch_ground_truth_duplicates_total', ({ duplicates }) => duplicates);
  byModel('modelwatch_ground_truth_conflicts_total', ({ conflicts }) => conflicts);
  byModel('modelwatch_ground_truth_unmatched_total', ({ unmatched }) => unmatched);
  byModel('modelwatch_ground_truth_late_total', ({ late }) => late);
  byModel('modelwatch_predictions_pending', ({ pending }) => pending);
  registry.add(
    readFamily(metric('modelwatch_ground_truth_newest_timestamp_seconds'), function* () {
      for (const { model, newestTruthSeconds } of tallies()) {
        if (newestTruthSeconds > 0) yield [labelText(['model'], [model]), newestTruthSeconds];
      }
    }),
  );
  bySeries('modelwatch_ground_truth_joined_total', 'all', ({ labels, quality }) => [[labels.own, quality.joined]]);
  bySeries('modelwatch_joined_output_missing_total', 'all', ({ labels, quality }) => [[labels.own, quality.errors.missing]]);
  bySeries('modelwatch_ground_truth_expired_total', 'all', ({ labels, quality }) => [[labels.own, quality.expired]]);
  registry.add(
    readHistogramFamily(metric('modelwatch_ground_truth_delay_seconds'), () =>
      series().map(({ labels, quality }) => [labels.own, quality.delaySeconds]),
    ),
  );

  bySeries('modelwatch_confusion_total', 'probability', ({ labels, quality }) =>
    OUTCOMES.map(([, field], i) => [labels.outcomes[i]!, quality.confusion[field]]),
  );
  bySeries('modelwatch_score_bin_total', 'probability', scoreLines);
  bySeries('modelwatch_score_cumulative_total', 'probability', scoreCumulativeLines);
  bySeries('modelwatch_calibration_predictions_total', 'probability', (entry) => calibrationLines(entry, 'counts'));
  bySeries('modelwatch_calibration_score_total', 'probability', (entry) => calibrationLines(entry, 'scores'));
  bySeries('modelwatch_calibration_positive_total', 'probability', (entry) => calibrationLines(entry, 'positives'));
  bySeries('modelwatch_log_loss_nats_total', 'probability', ({ labels, quality }) => [[labels.own, quality.errors.logLoss]]);
  bySeries('modelwatch_squared_error_total', 'all', ({ labels, quality }) => [[labels.own, quality.errors.squared]]);
  bySeries('modelwatch_over_error_total', 'all', ({ labels, quality }) => [[labels.own, quality.errors.over]]);
  bySeries('modelwatch_under_error_total', 'all', ({ labels, quality }) => [[labels.own, quality.errors.under]]);

  const byEventKind = (name: MetricName, field: 'received' | 'duplicates') =>
    registry.add(
      readFamily(metric(name), () =>
        tallies().flatMap(({ model, events }) =>
          EVENT_KINDS.map((kind) => [labelText(['model', 'kind'], [model, kind]), events[kind][field]] as const),
        ),
      ),
    );
  byEventKind('modelwatch_events_received_total', 'received');
  byEventKind('modelwatch_events_duplicates_total', 'duplicates');
}

/** The tallies of the models, empty where the store has not told of one yet. */
function modelTallies(readings: StoreReadings, models: readonly QualityModel[]): ModelTally[] {
  const told = new Map(readings.models.map((tally) => [tally.model, tally]));
  return [...new Set(models.map(({ model }) => model))].map((model) => told.get(model) ?? emptyModelTally(model));
}

/** The series of the models: what is configured first, then the other versions the store knows. Their labels are made once. */
function seriesReader(readings: () => StoreReadings, models: () => readonly QualityModel[]): () => QualitySeries[] {
  const labelsByKey = new Map<string, QualityLabels>();
  const keyOf = (entry: Omit<QualityModel, 'kind'>) => JSON.stringify([entry.model, entry.version, entry.role]);
  return () => {
    const kinds = new Map(models().map(({ model, kind }) => [model, kind]));
    const qualities = new Map(models().map((entry) => [keyOf(entry), { entry, quality: NO_QUALITY }]));
    for (const { model, version, role, quality } of readings().series) {
      const kind = kinds.get(model);
      if (kind === undefined) continue;
      const entry = { model, version, role, kind };
      // A challenger that is no longer configured is compared no longer.
      if (role !== 'challenger' || qualities.has(keyOf(entry))) qualities.set(keyOf(entry), { entry, quality });
    }
    for (const key of labelsByKey.keys()) if (!qualities.has(key)) labelsByKey.delete(key);
    return [...qualities].map(([key, { entry, quality }]) => {
      let labels = labelsByKey.get(key);
      if (labels === undefined) labelsByKey.set(key, (labels = qualityLabels(entry.model, entry.version, entry.role)));
      return { kind: kinds.get(entry.model)!, labels, quality };
    });
  };
}

function* scoreLines({ labels, quality: { scores } }: QualitySeries): Lines {
  for (let bin = 0; bin < scores.negative.length; bin++) yield [labels.negativeBins[bin]!, scores.negative[bin]!];
  for (let bin = 0; bin < scores.positive.length; bin++) yield [labels.positiveBins[bin]!, scores.positive[bin]!];
}

function* scoreCumulativeLines({ labels, quality: { scores } }: QualitySeries): Lines {
  let negatives = 0;
  let positives = 0;
  for (let bin = 0; bin < scores.negative.length; bin++) yield [labels.negativeBins[bin]!, (negatives += scores.negative[bin]!)];
  for (let bin = 0; bin < scores.positive.length; bin++) yield [labels.positiveBins[bin]!, (positives += scores.positive[bin]!)];
}

function* calibrationLines({ labels, quality }: QualitySeries, field: 'counts' | 'scores' | 'positives'): Lines {
  const values = quality.calibration[field];
  for (let bin = 0; bin < values.length; bin++) yield [labels.calibrationBins[bin]!, values[bin]!];
}
