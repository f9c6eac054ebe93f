import { metric, type IntervalReading, type MetricName, type Reading } from '@modelwatch/core';
import type { RecentRows } from '../pipeline/recent-rows.js';
import { recordedQuality } from '../pipeline/recorded-quality.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { withLabel } from './label-text.js';
import { OUTCOMES, qualityLabels, type QualityLabels } from './quality-labels.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

type Lines = Iterable<readonly [labels: string, value: number]>;
type Recorded = readonly (readonly [labels: string, reading: Extract<IntervalReading | Reading, { kind: 'measured' }>])[];

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
      made.set(model, (found = { labels, recorded: recordedOf(model, labels.own) }));
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
  const bound = (name: MetricName, side: 'lower' | 'upper') => {
    add(name, (_model, { recorded }) =>
      recorded.flatMap(([labels, reading]) => ('lower' in reading ? [[labels, reading[side]] as const] : [])),
    );
  };
  bound('modelwatch_baseline_quality_lower', 'lower');
  bound('modelwatch_baseline_quality_upper', 'upper');

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

/** The quality of the baseline's evaluation, each under its labels. */
function recordedOf({ baseline, config }: ModelRuntime, own: string): Recorded {
  return recordedQuality(baseline, config).flatMap(([quality, reading]) =>
    reading.kind === 'measured' ? [[withLabel(own, 'quality', quality), reading] as const] : [],
  );
}
