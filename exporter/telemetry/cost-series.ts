import { metric } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { Scorer } from '../models/scorer.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { createCostMeters, type CostMeters } from './cost-meters.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/**
 * Registers what models take and what it costs. All of it stands in memory already: children tell their CPU time with their answers, so that a
 * scrape asks nobody.
 */
export function costFamilies(
  registry: SlicedRegistry,
  models: () => ReadonlyMap<string, ModelRuntime>,
  { monotonicSeconds }: Pick<Clock, 'monotonicSeconds'>,
): CostMeters {
  const scorers = function* () {
    for (const { name, version, role, source, challengers } of models().values()) {
      if (source.kind === 'onnx') yield { identity: [name, version, role] as const, scorer: source.scorer };
      for (const { version: own, scorer } of challengers) {
        if (scorer !== undefined) yield { identity: [name, own, 'challenger'] as const, scorer };
      }
    }
  };
  const ofScorers = (
    name: 'modelwatch_scorer_cpu_seconds_total' | 'modelwatch_scorer_load_seconds' | 'modelwatch_scorer_first_call_seconds',
    of: (stats: ReturnType<Scorer['stats']>) => number | undefined,
  ) => {
    const description = metric(name);
    registry.add(
      readFamily(description, function* () {
        for (const { identity, scorer } of scorers()) {
          const value = of(scorer.stats());
          if (value !== undefined) yield [labelText(description.labels, identity), value];
        }
      }),
    );
  };
  ofScorers('modelwatch_scorer_cpu_seconds_total', ({ cpuSeconds }) => cpuSeconds);
  ofScorers('modelwatch_scorer_load_seconds', ({ loadSeconds }) => loadSeconds);
  ofScorers('modelwatch_scorer_first_call_seconds', ({ firstCallSeconds }) => firstCallSeconds);

  const meters = createCostMeters(models, { monotonicSeconds });
  const description = metric('modelwatch_cost_total');
  registry.add(
    readFamily(description, function* () {
      for (const { model, version, role, source, currency, cost } of meters.read().costs)
        yield [labelText(description.labels, [model, version, role, source, currency]), cost];
    }),
  );
  return meters;
}
