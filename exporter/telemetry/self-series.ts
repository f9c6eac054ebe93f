import { metric } from '@modelwatch/core';
import type { Challenger } from '../sidecar/challenger.js';
import { isReady, type ModelRuntime } from '../sidecar/model-runtime.js';
import type { SeriesTally, StoreReadings } from '../store/index.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { histogramFamily, numberFamily, readFamily, type Histogram, type NumberFamily } from './series.js';

/** Where a fault in watching can happen. */
const WATCH_STAGES = ['decode', 'observe'] as const;

/** What the names of new features are called among label sets; no slice has a space in its name. */
const NEW_FEATURES = 'new feature';

/** What the sidecar counts of itself, by hand. */
export interface SelfSeries {
  readonly httpRequests: NumberFamily;
  readonly validationErrors: NumberFamily;
  readonly watchSkipped: NumberFamily;
  readonly watchErrors: NumberFamily;
  readonly watchDuration: Histogram;
  /** Says whether the last reload of the configuration was applied, and when the one in force was. */
  reloaded(success: boolean, nowSeconds: number): void;
}

export interface SelfSources {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly readings: () => StoreReadings;
}

const sourceOf = ({ config }: Challenger) => (config.upstream === undefined ? 'onnx' : 'upstream');

/** Registers the families that tell of the sidecar and of its models. Models are read at each scrape: they may come and go. */
export function selfFamilies(
  registry: SlicedRegistry,
  { models, readings }: SelfSources,
  build: { readonly version: string; readonly nodeVersion: string },
): SelfSeries {
  const each = (name: Parameters<typeof metric>[0], line: (model: ModelRuntime) => readonly [labels: string, value: number] | undefined) =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const model of models().values()) {
          const made = line(model);
          if (made !== undefined) yield made;
        }
      }),
    );
  const { labels: infoLabels } = metric('modelwatch_model_info');

  registry.add(numberFamily(metric('modelwatch_build_info'))).child(build.version, build.nodeVersion).value = 1;
  registry.add(
    readFamily(metric('modelwatch_model_info'), function* () {
      for (const { name, version, role, source, config, challengers } of models().values()) {
        yield [labelText(infoLabels, [name, version, role, source.kind, config.team]), 1];
        for (const challenger of challengers)
          yield [labelText(infoLabels, [name, challenger.version, 'challenger', sourceOf(challenger), config.team]), 1];
      }
    }),
  );
  registry.add(
    readFamily(metric('modelwatch_model_ready'), function* () {
      for (const model of models().values()) {
        yield [modelLabels(model), isReady(model) ? 1 : 0];
        for (const { version, ready } of model.challengers) {
          yield [modelLabels({ name: model.name, version, role: 'challenger' }), ready ? 1 : 0];
        }
      }
    }),
  );
  // Scored here, and ingested as events.
  each('modelwatch_predictions_total', (model) => [
    modelLabels(model),
    model.watched.watch.predictions + (tallyOf(readings(), model)?.events.predictions ?? 0),
  ]);
  each('modelwatch_circuit_open', (model) =>
    model.source.kind === 'upstream' ? [modelLabels(model), model.source.upstream.circuitOpen ? 1 : 0] : undefined,
  );
  each('modelwatch_baseline_created_timestamp_seconds', (model) =>
    model.baseline === undefined ? undefined : [modelLabels(model), Date.parse(model.baseline.provenance.createdAt) / 1000],
  );
  sliceFamilies(registry, { models, readings });

  const reloadSuccess = registry.add(numberFamily(metric('modelwatch_config_last_reload_successful'))).child();
  const reloadTime = registry.add(numberFamily(metric('modelwatch_config_last_reload_success_timestamp_seconds'))).child();
  registry.add(readFamily(metric('modelwatch_exposition_series'), () => [['', registry.seriesCount]]));
  registry.add(readFamily(metric('modelwatch_exposition_duration_seconds'), () => [['', registry.renderSeconds]]));
  const watchErrors = registry.add(numberFamily(metric('modelwatch_watch_errors_total')));
  // From the start: increase() does not see the fault with which a series begins.
  for (const stage of WATCH_STAGES) watchErrors.child(stage);
  return {
    httpRequests: registry.add(numberFamily(metric('modelwatch_http_requests_total'))),
    validationErrors: registry.add(numberFamily(metric('modelwatch_validation_errors_total'))),
    watchSkipped: registry.add(numberFamily(metric('modelwatch_watch_skipped_total'))),
    watchErrors,
    watchDuration: registry.add(histogramFamily(metric('modelwatch_watch_duration_seconds'))).child(),
    reloaded(success, nowSeconds) {
      reloadSuccess.value = success ? 1 : 0;
      if (success) reloadTime.value = nowSeconds;
    },
  };
}

const tallyOf = ({ series }: StoreReadings, { name, version, role }: ModelRuntime): SeriesTally | undefined =>
  series.find((tally) => tally.model === name && tally.version === version && tally.role === role);

const modelLabels = ({ name, version, role }: Pick<ModelRuntime, 'name' | 'version' | 'role'>): string =>
  labelText(['model', 'version', 'role'], [name, version, role]);

/** Predictions by slice, and how full each slice's label is. */
function sliceFamilies(registry: SlicedRegistry, { models, readings }: SelfSources): void {
  const slicesOf = function* () {
    for (const model of models().values()) for (const slice of model.watched.watch.slices) yield { model, slice };
  };
  registry.add(
    readFamily(metric('modelwatch_slice_predictions_total'), function* () {
      const { labels } = metric('modelwatch_slice_predictions_total');
      for (const { model, slice } of slicesOf()) {
        for (const [value, count] of merged(slice.predictions, tallyOf(readings(), model)?.events.slices.get(slice.name))) {
          yield [labelText(labels, [model.name, model.version, model.role, slice.name, value]), count] as const;
        }
      }
    }),
  );
  const gate = (
    name: 'modelwatch_label_values' | 'modelwatch_label_values_capacity' | 'modelwatch_label_values_folded_total',
    of: 'size' | 'capacity' | 'folded',
  ) =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const { model, slice } of slicesOf()) yield [labelText(['model', 'label'], [model.name, slice.name]), slice.gate[of]] as const;
        for (const { name, watched } of models().values())
          if (watched.schema !== undefined) yield [labelText(['model', 'label'], [name, NEW_FEATURES]), watched.schema.gate[of]] as const;
      }),
    );
  gate('modelwatch_label_values', 'size');
  gate('modelwatch_label_values_capacity', 'capacity');
  gate('modelwatch_label_values_folded_total', 'folded');
}

/** Counts of both by value: of a value that only one of them has, its own. */
function merged(own: ReadonlyMap<string, number>, ingested: ReadonlyMap<string, number> | undefined): ReadonlyMap<string, number> {
  if (ingested === undefined || ingested.size === 0) return own;
  const sums = new Map(own);
  for (const [value, count] of ingested) sums.set(value, (sums.get(value) ?? 0) + count);
  return sums;
}
