import type { RegistryVersion } from '@modelwatch/core';
import { isReady, type ModelRuntime } from '../sidecar/model-runtime.js';
import type { StoreReadings } from '../store/index.js';
import type { Marks } from './change-stream.js';

/** What tells a change of each kind, read from memory: a thousand models cost well below a millisecond. */
export function marksOf(sources: {
  readonly models: ReadonlyMap<string, ModelRuntime>;
  readonly versions: readonly RegistryVersion[];
  readonly readings: Pick<StoreReadings, 'books' | 'series'>;
}): Marks {
  const { models, versions, readings } = sources;
  // By what they say: they are read anew now and then, which changes nothing.
  const registry: unknown[] = versions.flatMap(({ model, version, stage }) => [model, version, stage]);
  const drift: unknown[] = [];
  for (const model of models.values()) {
    registry.push(model, isReady(model));
    drift.push(model.watched.watch.predictions);
    for (const { version, ready } of model.challengers) registry.push(version, ready);
  }
  for (const { quality, events } of readings.series) drift.push(quality.joined, events.predictions);
  return { registry, drift, events: [readings.books.events, readings.books.alerts] };
}
