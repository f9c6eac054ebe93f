import { metric } from '@modelwatch/core';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Registers what differs between the features of requests and those of the baseline. Models are read at each scrape. */
export function schemaFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const { labels } = metric('modelwatch_schema_errors_total');
  registry.add(
    readFamily(metric('modelwatch_schema_errors_total'), function* () {
      for (const { name, version, watched } of models().values()) {
        for (const [feature, kind, count] of watched.schema?.errors() ?? [])
          yield [labelText(labels, [name, version, feature, kind]), count];
      }
    }),
  );
}
