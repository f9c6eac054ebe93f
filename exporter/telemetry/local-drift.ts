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

/** A scrape asks for three families of the same readings; they are computed once for all that come within this time. */
const FRESH_SECONDS = 1;

/** Registers drift of this sidecar's trailing window: a convenience of the single replica, named so. */
export function localDriftFamilies(registry: SlicedRegistry, { models, countMin, nowSeconds }: LocalDriftOptions): void {
  let cached: { readonly atSeconds: number; readonly measured: readonly Measured[] } = { atSeconds: -Infinity, measured: [] };
  const measured = (): readonly Measured[] => {
    const now = nowSeconds();
    if (Math.abs(now - cached.atSeconds) > FRESH_SECONDS)
      cached = { atSeconds: now, measured: models().flatMap((model) => measure(model, now)) };
    return cached.measured;
  };
  const enough = () => measured().filter(({ values }) => values >= countMin);

  registry.add(
    readFamily(metric('modelwatch_local_window_values'), () => measured().map(({ labels, values }) => [labels, values] as const)),
  );
  registry.add(
    readFamily(metric('modelwatch_local_psi'), () =>
      enough().flatMap(({ labels, reading }) => (reading.kind === 'measured' ? [[labels, reading.value] as const] : [])),
    ),
  );
  registry.add(
    readFamily(metric('modelwatch_local_psi_critical'), () =>
      enough().flatMap(({ labels, reading }) =>
        reading.kind === 'measured' && reading.criticalValue !== undefined ? [[labels, reading.criticalValue] as const] : [],
      ),
    ),
  );
}

function measure({ watch, significance }: ReturnType<LocalDriftOptions['models']>[number], nowSeconds: number): Measured[] {
  watch.window.tick(nowSeconds);
  return (watch.baseline?.features ?? []).map((feature, i) => {
    const { binning } = watch.features[i]!;
    const current = Frequencies.fromCounts(binning, watch.window.countsOf(i));
    const reference = Frequencies.fromCounts(binning, feature.counts);
    return {
      labels: labelText(['model', 'version', 'feature'], [watch.model, watch.version, feature.name]),
      values: current.count,
      reading: psi.measure({ current, reference, significance }),
    };
  });
}
