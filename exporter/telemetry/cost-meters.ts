import type { ApiCost, CostAnswer, ModelConfig, Role } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';

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

/** An amount that is priced as it grows: what was counted at an earlier price keeps it, and what had none stays without. */
interface Meter {
  seen: number;
  cost: number;
  currency: string;
}

/** What is read by scrapes and by the API alike: both see the same counters. */
export interface CostMeters {
  read(): CostAnswer;
}

/** Counts what each version at work costs, in a new currency from 0. As many meters as there are models, versions at work and sources: one that is not at work any more is forgotten. */
export function createCostMeters(
  models: () => ReadonlyMap<string, ModelRuntime>,
  { monotonicSeconds }: Pick<Clock, 'monotonicSeconds'>,
): CostMeters {
  const startSeconds = monotonicSeconds();
  let meters = new Map<string, Meter>();
  return {
    read() {
      const seconds = monotonicSeconds() - startSeconds;
      const next = new Map<string, Meter>();
      const costs: ApiCost[] = [];
      for (const { identity, prices, amounts } of taken(models(), seconds)) {
        for (const source of COST_SOURCES) {
          const [price, amount] = [PRICE_OF[source](prices), amounts[source]];
          if (amount === undefined) continue;
          const key = JSON.stringify([...identity, source]);
          const { currency } = prices;
          const meter = meters.get(key) ?? { seen: source === 'replica' ? amount : 0, cost: 0, currency };
          // What was counted in another currency, or without a price, is not billed anew after a reload.
          if (meter.currency !== currency) Object.assign(meter, { cost: 0, currency });
          // A scorer that was exchanged counts from 0 again.
          meter.cost += (price ?? 0) * (amount >= meter.seen ? amount - meter.seen : amount);
          meter.seen = amount;
          next.set(key, meter);
          if (price === undefined) continue;
          const [model, version, role] = identity;
          costs.push({ model, version, role, source, currency: prices.currency, cost: meter.cost });
        }
      }
      meters = next;
      return { seconds, costs };
    },
  };
}

interface Taken {
  readonly identity: readonly [model: string, version: string, role: Role];
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
