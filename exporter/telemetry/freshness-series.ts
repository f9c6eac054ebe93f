import { metric } from '@modelwatch/core';
import { EVENT_TIME_FAULTS } from '../pipeline/freshness-watch.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { readHistogramFamily } from './histogram-lines.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Registers the ages of events. Models are read at each scrape. */
export function freshnessFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const [ages, faults] = [metric('modelwatch_feature_age_seconds'), metric('modelwatch_event_time_faults_total')];
  registry.add(
    readHistogramFamily(ages, function* () {
      for (const { name, version, role, watched } of models().values())
        if (watched.freshness !== undefined) yield [labelText(ages.labels, [name, version, role]), watched.freshness.ages];
    }),
  );
  registry.add(
    readFamily(faults, function* () {
      for (const { name, version, role, watched } of models().values())
        for (const kind of watched.freshness === undefined ? [] : EVENT_TIME_FAULTS)
          yield [labelText(faults.labels, [name, version, role, kind]), watched.freshness!.faults[kind]];
    }),
  );
}
