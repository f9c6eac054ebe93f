import { metric } from '@modelwatch/core';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Registers what is sampled of the models that are. How much is kept and dropped stands among the queues `samples` and `sampling`. */
export function sampleFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const taken = metric('modelwatch_samples_taken_total');
  registry.add(
    readFamily(taken, function* () {
      for (const { name, sampler } of models().values()) {
        if (sampler === undefined) continue;
        for (const kind of ['failing', 'ordinary'] as const) yield [labelText(taken.labels, [name, kind]), sampler.counts[kind]];
      }
    }),
  );
  const limited = metric('modelwatch_samples_limited_total');
  registry.add(
    readFamily(limited, function* () {
      for (const { name, sampler } of models().values())
        if (sampler !== undefined) yield [labelText(limited.labels, [name]), sampler.counts.limited];
    }),
  );
}
