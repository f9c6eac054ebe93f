import { Frequencies, metric, psi, type Reading } from '@modelwatch/core';
import type { ModelWatch } from '../pipeline/model-watch.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

export interface LocalDriftOptions {
  readonly models: () => readonly { readonly watch: ModelWatch; readonly significance: number }[];
  readonly countMin: number;
  readonly nowSeconds: () => number;
}

interface Measured {
  readonly labels: string;
  readonly values: number;
  readonly reading: Reading;
}

/** A scrape asks for three families of the same readings; each is computed once for all that come within this time. */
const FRESH_SECONDS = 1;

/** Registers drift of this sidecar's trailing window: a convenience of the single replica, named so. */
export function localDriftFamilies(registry: SlicedRegistry, { models, countMin, nowSeconds }: LocalDriftOptions): void {
  const cache = new WeakMap<ModelWatch, { atSeconds: number; readonly features: Measured[] }>();
  // One by one, so that a scrape may pause between two features.
  const measured = function* () {
    const now = nowSeconds();
    for (const { watch, significance } of models()) {
      let cached = cache.get(watch);
      if (cached === undefined || Math.abs(now - cached.atSeconds) > FRESH_SECONDS) {
        watch.window.tick(now);
        cache.set(watch, (cached = { atSeconds: now, features: [] }));
      }
      for (const i of watch.features.keys()) yield (cached.features[i] ??= measure(watch, i, significance));
    }
  };
  const ofEnough = (value: (reading: Extract<Reading, { readonly kind: 'measured' }>) => number | undefined) =>
    function* () {
      for (const { labels, values, reading } of measured()) {
        const shown = values >= countMin && reading.kind === 'measured' ? value(reading) : undefined;
        if (shown !== undefined) yield [labels, shown] as const;
      }
    };

  registry.add(
    readFamily(metric('modelwatch_local_window_values'), function* () {
      for (const { labels, values } of measured()) yield [labels, values] as const;
    }),
  );
  registry.add(
    readFamily(
      metric('modelwatch_local_psi'),
      ofEnough(({ value }) => value),
    ),
  );
  registry.add(
    readFamily(
      metric('modelwatch_local_psi_critical'),
      ofEnough(({ criticalValue }) => criticalValue),
    ),
  );
}

function measure(watch: ModelWatch, i: number, significance: number): Measured {
  const feature = watch.baseline!.features[i]!;
  const { binning } = watch.features[i]!;
  const current = Frequencies.fromCounts(binning, watch.window.countsOf(i));
  const reference = Frequencies.fromCounts(binning, feature.counts);
  return {
    labels: labelText(['model', 'version', 'feature'], [watch.model, watch.version, feature.name]),
    values: current.count,
    reading: psi.measure({ current, reference, significance }),
  };
}
