import {
  evaluationSketches,
  metric,
  QUALITY_INTERVALS,
  type AnyQualityInterval,
  type EvaluationSketches,
  type IntervalReading,
  type MetricName,
} from '@modelwatch/core';
import type { RecentRows } from '../pipeline/recent-rows.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { withLabel } from './label-text.js';
import { OUTCOMES, qualityLabels, type QualityLabels } from './quality-labels.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

type Lines = Iterable<readonly [labels: string, value: number]>;
type Recorded = readonly (readonly [labels: string, reading: Extract<IntervalReading, { kind: 'measured' }>])[];

/** What of a model never changes while it lives, made once. */
interface Fixed {
  readonly labels: QualityLabels;
  readonly recorded: Recorded;
}

/** Registers expected quality, the quality recorded at evaluation, and reconstruction errors. Models are read at each scrape. */
export function estimateFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const made = new WeakMap<ModelRuntime, Fixed>();
  const fixed = (model: ModelRuntime): Fixed => {
    let found = made.get(model);
    if (found === undefined) {
      const labels = qualityLabels(model.name, model.version, model.role);
      made.set(model, (found = { labels, recorded: recordedQuality(model, labels.own) }));
    }
    return found;
  };
  const add = (name: MetricName, lines: (model: ModelRuntime, fixed: Fixed) => Lines) =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const model of models().values()) yield* lines(model, fixed(model));
      }),
    );
  const estimated = (
    name: MetricName,
    lines: (watch: NonNullable<ModelRuntime['watched']['watch']['estimate']>, labels: QualityLabels) => Lines,
  ) => add(name, ({ watched: { watch } }, { labels }) => (watch.estimate === undefined ? [] : lines(watch.estimate, labels)));
  estimated('modelwatch_estimated_confusion_total', ({ expected }, { outcomes }) =>
    OUTCOMES.map(([, field], i) => [outcomes[i]!, expected.confusion[field]] as const),
  );
  estimated('modelwatch_estimated_score_bin_total', ({ expected: { scores } }, { negativeBins, positiveBins }) => [
    ...negativeBins.map((labels, bin) => [labels, scores.negative[bin]!] as const),
    ...positiveBins.map((labels, bin) => [labels, scores.positive[bin]!] as const),
  ]);
  estimated('modelwatch_estimated_score_cumulative_total', ({ expected: { scores } }, { positiveBins }) => {
    let below = 0;
    return positiveBins.map((labels, bin) => [labels, (below += scores.positive[bin]!)] as const);
  });
  estimated('modelwatch_estimated_missing_total', ({ expected }, { own }) => [[own, expected.missing]]);
  add('modelwatch_baseline_quality', (_model, { recorded }) => recorded.map(([labels, { value }]) => [labels, value] as const));
  add('modelwatch_baseline_quality_lower', (_model, { recorded }) => recorded.map(([labels, { lower }]) => [labels, lower] as const));
  add('modelwatch_baseline_quality_upper', (_model, { recorded }) => recorded.map(([labels, { upper }]) => [labels, upper] as const));

  const rebuilt = (name: MetricName, valueOf: (watch: NonNullable<ModelRuntime['watched']['watch']['reconstruction']>) => number) => {
    add(name, ({ watched: { watch } }, { labels }) =>
      watch.reconstruction === undefined ? [] : [[labels.own, valueOf(watch.reconstruction)]],
    );
  };
  rebuilt('modelwatch_reconstruction_error_total', ({ errors }) => errors.sum);
  rebuilt('modelwatch_reconstruction_error_squared_total', ({ errors }) => errors.squared);
  rebuilt('modelwatch_reconstruction_rows_total', ({ errors }) => errors.count);
  rebuilt('modelwatch_reconstruction_beyond_rows_total', ({ beyond }) => beyond);
  rebuilt('modelwatch_reconstruction_missing_rows_total', ({ errors }) => errors.missing);
  rebuilt('modelwatch_reconstruction_sample_ratio', ({ sampleRatio }) => sampleRatio);
  rebuilt('modelwatch_baseline_reconstruction_error', ({ reference }) => reference.mean);
  rebuilt('modelwatch_baseline_reconstruction_error_deviation', ({ reference }) => Math.sqrt(reference.variance));
  rebuilt('modelwatch_baseline_reconstruction_rows', ({ reference }) => reference.count);
  const recent = (name: MetricName, valueOf: (rows: RecentRows) => number) => {
    add(name, ({ watched: { watch } }, { labels }) => (watch.recent === undefined ? [] : [[labels.own, valueOf(watch.recent)]]));
  };
  recent('modelwatch_recent_rows', ({ rows }) => rows);
  recent('modelwatch_recent_capacity_rows', ({ capacity }) => capacity);
}

/** The quality of the baseline's evaluation with its bounds; that of classes only where they were told apart by the threshold that is configured. */
function recordedQuality({ baseline, config }: ModelRuntime, own: string): Recorded {
  const evaluation = baseline?.evaluation;
  if (evaluation === undefined || evaluation.kind !== config.output.kind) return [];
  const sketches = evaluationSketches(evaluation);
  const confidence = 1 - config.alerts.significance;
  return QUALITY_INTERVALS.flatMap((interval) => {
    if (interval.reads === 'confusion' && evaluation.threshold !== config.output.threshold) return [];
    if (interval.reads === 'errors' && evaluation.kind === 'probability') return [];
    const reading = read(interval, sketches, confidence);
    return reading.kind === 'measured' ? [[withLabel(own, 'quality', interval.name), reading] as const] : [];
  });
}

function read(interval: AnyQualityInterval, sketches: EvaluationSketches, confidence: number): IntervalReading {
  switch (interval.reads) {
    case 'confusion':
      return interval.measure(sketches.confusion, confidence);
    case 'scores':
      return interval.measure(sketches.scores, confidence);
    case 'errors':
      return interval.measure(sketches.errors, confidence);
    case 'calibration':
      throw new Error(`${interval.name} has no interval from calibration bins`);
  }
}
