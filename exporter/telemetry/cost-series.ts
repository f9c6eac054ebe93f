import { metric, type ModelConfig } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { Scorer } from '../models/scorer.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Where cost comes from, as it stands in the label `source`. */
export const COST_SOURCES = ['scoring', 'explaining', 'requests', 'replica'] as const;
export type CostSource = (typeof COST_SOURCES)[number];

type Prices = ModelConfig['cost'];

const PRICE_OF: Readonly<Record<CostSource, (prices: Prices) => number | undefined>> = {
  scoring: ({ cpuSecondPrice }) => cpuSecondPrice,
  explaining: ({ cpuSecondPrice }) => cpuSecondPrice,
  requests: ({ requestPrice }) => requestPrice,
  replica: ({ replicaHourPrice }) => (replicaHourPrice === undefined ? undefined : replicaHourPrice / 3600),
};

/** An amount that is priced as it grows: what was counted at an earlier price keeps it. */
interface Meter {
  seen: number;
  cost: number;
}

/**
 * Registers what models take and what it costs. All of it stands in memory already: children tell their CPU time with their answers, so that a
 * scrape asks nobody.
 */
export function costFamilies(
  registry: SlicedRegistry,
  models: () => ReadonlyMap<string, ModelRuntime>,
  { monotonicSeconds }: Pick<Clock, 'monotonicSeconds'>,
): void {
  const startSeconds = monotonicSeconds();
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

  // As many as there are models, versions at work and sources: one that is not at work any more is forgotten.
  let meters = new Map<string, Meter>();
  const description = metric('modelwatch_cost_total');
  registry.add(
    readFamily(description, function* () {
      const next = new Map<string, Meter>();
      const lines: (readonly [labels: string, value: number])[] = [];
      for (const { identity, prices, amounts } of taken(models(), monotonicSeconds() - startSeconds)) {
        for (const source of COST_SOURCES) {
          const [price, amount] = [PRICE_OF[source](prices), amounts[source]];
          if (price === undefined || amount === undefined) continue;
          const labels = labelText(description.labels, [...identity, source, prices.currency]);
          const meter = meters.get(labels) ?? { seen: source === 'replica' ? amount : 0, cost: 0 };
          // A scorer that was exchanged counts from 0 again.
          meter.cost += price * (amount >= meter.seen ? amount - meter.seen : amount);
          meter.seen = amount;
          next.set(labels, meter);
          lines.push([labels, meter.cost]);
        }
      }
      meters = next;
      yield* lines;
    }),
  );
}

interface Taken {
  readonly identity: readonly [model: string, version: string, role: string];
  readonly prices: Prices;
  readonly amounts: Readonly<Partial<Record<CostSource, number>>>;
}

/** What each version has taken so far: seconds of CPU, requests, seconds of the replica. Challengers take CPU alone. */
function* taken(models: ReadonlyMap<string, ModelRuntime>, replicaSeconds: number): Generator<Taken> {
  for (const { name, version, role, source, challengers, requests, config } of models.values()) {
    const prices = config.cost;
    const own =
      source.kind === 'onnx' ? { scoring: source.scorer.stats().cpuSeconds, explaining: source.explainer?.counts.cpuSeconds } : {};
    const amounts: Partial<Record<CostSource, number>> = { requests: requests.answeredWell, replica: replicaSeconds };
    if (own.scoring !== undefined) amounts.scoring = own.scoring;
    if (own.explaining !== undefined) amounts.explaining = own.explaining;
    yield { identity: [name, version, role], prices, amounts };
    for (const { version: other, scorer } of challengers) {
      if (scorer !== undefined) yield { identity: [name, other, 'challenger'], prices, amounts: { scoring: scorer.stats().cpuSeconds } };
    }
  }
}
