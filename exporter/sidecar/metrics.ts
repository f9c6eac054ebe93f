import { collectDefaultMetrics } from 'prom-client';
import { durationSeconds, type Config } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { Watcher } from '../pipeline/watcher.js';
import type { SampleKeeper } from '../samples/sample-keeper.js';
import type { Snapshotter } from '../snapshots/snapshotter.js';
import type { SeriesTally, StoreReadings } from '../store/index.js';
import type { CostMeters } from '../telemetry/cost-meters.js';
import { costFamilies } from '../telemetry/cost-series.js';
import { explainFamilies } from '../telemetry/explain-series.js';
import type { Guard, GuardCounts } from '../security/guard.js';
import { accessFamilies } from '../telemetry/access-series.js';
import { alertFamilies } from '../telemetry/alert-series.js';
import { eventFamilies } from '../telemetry/event-series.js';
import { errorModelFamilies } from '../telemetry/error-model-series.js';
import { estimateFamilies } from '../telemetry/estimate-series.js';
import { featureFamilies, type FeatureSource } from '../telemetry/feature-series.js';
import { freshnessFamilies } from '../telemetry/freshness-series.js';
import { goldenFamilies } from '../telemetry/golden-series.js';
import { localDriftFamilies } from '../telemetry/local-drift.js';
import { createLocalQuality, localQualityFamilies } from '../telemetry/local-quality.js';
import { qualityFamilies } from '../telemetry/quality-series.js';
import { registryFamilies } from '../telemetry/registry-series.js';
import { SlicedRegistry } from '../telemetry/registry.js';
import { requestFamilies, type RequestMeters } from '../telemetry/request-series.js';
import { scorerFamilies } from '../telemetry/scorer-series.js';
import { rolloutFamilies } from '../telemetry/rollout-series.js';
import { pairedFamilies } from '../telemetry/paired-series.js';
import { parityFamilies } from '../telemetry/parity-series.js';
import { schemaFamilies } from '../telemetry/schema-series.js';
import { shadowFamilies } from '../telemetry/shadow-series.js';
import { selfFamilies, type SelfSeries } from '../telemetry/self-series.js';
import { sampleFamilies } from '../telemetry/sample-series.js';
import { snapshotFamilies } from '../telemetry/snapshot-series.js';
import { streamFamilies } from '../telemetry/stream-series.js';
import { sliceQualityFamilies } from '../telemetry/slice-series.js';
import type { StreamCounts } from '../stream/listeners.js';
import { sliceCaps } from '../store/store-models.js';
import { storeFamilies } from '../telemetry/store-series.js';
import type { RegistryReadings } from './registry-desk.js';
import type { ModelRuntime } from './model-runtime.js';

/** What metrics are read from. Everything is asked at each scrape, since models and store may be exchanged by a reload. */
export interface MetricsSources {
  readonly config: () => Config;
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly readings: () => StoreReadings;
  readonly registry: () => RegistryReadings;
  readonly snapshots: () => Snapshotter['counts'];
  readonly stream: () => StreamCounts;
  readonly sampling: () => SampleKeeper['queue'];
  readonly watchQueue: () => Watcher['queue'];
  readonly guard: () => Pick<Guard, 'policy' | 'callers'>;
  readonly clock: Clock;
  readonly version: string;
}

export interface Metrics {
  readonly registry: SlicedRegistry;
  readonly self: SelfSeries;
  readonly access: GuardCounts;
  readonly costs: CostMeters;
  readonly requests: RequestMeters;
}

/** Gauges of prom-client that are named as counters: promtool refuses them. What they count has a gauge by type besides. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Registers every family of THE TABLE. */
export function createMetrics(sources: MetricsSources): Metrics {
  const { models, readings, clock } = sources;
  const registry = new SlicedRegistry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const self = selfFamilies(registry, { models, readings }, { version: sources.version, nodeVersion: process.version });
  const requests = requestFamilies(registry, self.validationErrors, models);
  scorerFamilies(registry, models);
  shadowFamilies(registry, models);
  pairedFamilies(registry, readings, models);
  rolloutFamilies(registry, readings, models);
  schemaFamilies(registry, models);
  parityFamilies(registry, models);
  freshnessFamilies(registry, models);
  goldenFamilies(registry, models);
  estimateFamilies(registry, models);
  errorModelFamilies(registry, models);
  explainFamilies(registry, models);
  const costs = costFamilies(registry, models, clock);
  registryFamilies(registry, sources.registry, () => sources.config().registry.versionsShownMax);
  eventFamilies(registry, readings, () => models().keys(), clock);
  alertFamilies(registry, readings, models);
  sampleFamilies(registry, models);
  snapshotFamilies(registry, readings, sources.snapshots);
  streamFamilies(registry, sources.stream);
  const access = accessFamilies(registry, sources.guard, clock.nowSeconds);
  const features = featureSources(models, readings);
  featureFamilies(registry, features);
  const watched = () =>
    [...models().values()].flatMap(({ name, version, role, config, challengers }) => [
      { model: name, version, role, kind: config.output.kind, slices: sliceCaps(config.slices) },
      ...challengers.map((challenger) => ({
        model: name,
        version: challenger.version,
        role: 'challenger' as const,
        kind: config.output.kind,
      })),
    ]);
  qualityFamilies(registry, readings, watched);
  sliceQualityFamilies(registry, readings, watched);
  storeFamilies(registry, readings, () => [
    queueReading(sources.watchQueue()),
    { name: 'sampling', ...sources.sampling() },
    ...scorerQueue(models()),
  ]);
  const { watch } = sources.config();
  localDriftFamilies(registry, { models: features, countMin: watch.localCountMin, nowSeconds: clock.nowSeconds });
  localQualityFamilies(registry, createLocalQuality(readings, durationSeconds(watch.localWindow), watch.localCountMin, clock));
  return { registry, self, access, costs, requests };
}

const queueReading = ({ length, capacity, bytes, bytesMax, dropped }: Watcher['queue']) => ({
  name: 'watch' as const,
  entries: length,
  capacity,
  memory: { bytes, bytesMax },
  dropped: { full: dropped },
});

/** Requests waiting for children, over all models. One that finds no room is shed and counted with its model. */
function scorerQueue(models: ReadonlyMap<string, ModelRuntime>) {
  const stats = [...models.values()].flatMap(({ source }) => (source.kind === 'onnx' ? [source.scorer.stats()] : []));
  if (stats.length === 0) return [];
  const sum = (of: (one: (typeof stats)[number]) => number) => stats.reduce((total, one) => total + of(one), 0);
  return [{ name: 'scorer', entries: sum(({ queued }) => queued), capacity: sum(({ queueCapacity }) => queueCapacity), dropped: {} }];
}

/** Models as the feature families read them. What the store tells of each is looked up once a family: a reload may exchange the store. */
function featureSources(models: MetricsSources['models'], readings: MetricsSources['readings']): () => readonly FeatureSource[] {
  const made = new WeakMap<ModelRuntime, { readonly source: FeatureSource; tally: SeriesTally | undefined }>();
  const make = ({ watched: { watch }, config }: ModelRuntime) => {
    const kept = {
      tally: undefined as SeriesTally | undefined,
      source: {
        watch,
        significance: config.alerts.significance,
        ingested: () => (kept.tally === undefined || kept.tally.events.features.length === 0 ? undefined : kept.tally.events),
        groundTruth: () => kept.tally?.quality.groundTruth,
      },
    };
    return kept;
  };
  return () => {
    const { series } = readings();
    return [...models().values()].map((model) => {
      let kept = made.get(model);
      if (kept === undefined) made.set(model, (kept = make(model)));
      const { name, version, role } = model;
      kept.tally = series.find((tally) => tally.model === name && tally.version === version && tally.role === role);
      return kept.source;
    });
  };
}
