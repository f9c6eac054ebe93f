import {
  AGREEMENT_OUTCOMES,
  LATENCY_DIFFERENCE_SECONDS_EDGES,
  metric,
  OUTPUT_DIFFERENCE_EDGES,
  type Agreement,
  type MetricName,
} from '@modelwatch/core';
import { SHADOW_OUTCOMES } from '../pipeline/shadow.js';
import type { Challenger } from '../sidecar/challenger.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

const namesOf = (edges: readonly number[]): readonly string[] => [...edges.map(String), '+Inf'];
const OUTPUT_BIN_NAMES = namesOf(OUTPUT_DIFFERENCE_EDGES);
const LATENCY_BIN_NAMES = namesOf(LATENCY_DIFFERENCE_SECONDS_EDGES);

type Values = Iterable<readonly [more: readonly string[], value: number]>;

/** Registers what challengers count: their copies, and how they compare with the champion. Models are read at each scrape. */
export function shadowFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const each = (name: MetricName, valuesOf: (challenger: Challenger) => Values) => {
    const description = metric(name);
    registry.add(
      readFamily(description, function* () {
        for (const { name: model, challengers } of models().values()) {
          for (const challenger of challengers) {
            const identity = [model, challenger.version, 'challenger'];
            for (const [more, value] of valuesOf(challenger)) yield [labelText(description.labels, [...identity, ...more]), value];
          }
        }
      }),
    );
  };
  const one = (name: MetricName, valueOf: (challenger: Challenger) => number) => {
    each(name, (challenger) => [[[], valueOf(challenger)]]);
  };
  one('modelwatch_shadow_sent_total', ({ shadow }) => shadow.sent);
  each('modelwatch_shadow_outcomes_total', ({ shadow }) => SHADOW_OUTCOMES.map((outcome) => [[outcome], shadow.outcomes[outcome]]));
  one('modelwatch_shadow_in_flight', ({ shadow }) => shadow.inFlight);
  one('modelwatch_shadow_in_flight_capacity', ({ config }) => config.inFlightMax);
  one('modelwatch_shadow_in_flight_bytes', ({ shadow }) => shadow.inFlightBytes);
  one('modelwatch_shadow_in_flight_capacity_bytes', ({ config }) => config.inFlightBytesMax);
  each('modelwatch_shadow_agreement_total', ({ shadow: { agreement } }) => agreements(agreement));
  each('modelwatch_shadow_output_missing_total', ({ shadow: { agreement } }) => [
    [['champion'], agreement.championMissing],
    [['challenger'], agreement.challengerMissing],
    [['both'], agreement.bothMissing],
  ]);
  each('modelwatch_shadow_difference_bin_total', ({ shadow: { agreement } }) => bins(agreement.differences.bins, OUTPUT_BIN_NAMES));
  one('modelwatch_shadow_difference_over_total', ({ shadow }) => shadow.agreement.differences.over);
  one('modelwatch_shadow_difference_under_total', ({ shadow }) => shadow.agreement.differences.under);
  one('modelwatch_shadow_difference_squared_total', ({ shadow }) => shadow.agreement.differences.squared);
  each('modelwatch_shadow_latency_difference_bin_total', ({ shadow: { latency } }) => bins(latency.differences.bins, LATENCY_BIN_NAMES));
  one('modelwatch_shadow_champion_seconds_total', ({ shadow }) => shadow.latency.champion);
  one('modelwatch_shadow_challenger_seconds_total', ({ shadow }) => shadow.latency.challenger);
  one('modelwatch_shadow_champion_latency_squared_total', ({ shadow }) => shadow.latency.championSquared);
  one('modelwatch_shadow_challenger_latency_squared_total', ({ shadow }) => shadow.latency.challengerSquared);
  one('modelwatch_shadow_latency_difference_squared_total', ({ shadow }) => shadow.latency.differences.squared);
  one('modelwatch_shadow_latency_missing_total', ({ shadow }) => shadow.latency.missing);
}

function agreements({ rule, outcomes }: Agreement): Values {
  return AGREEMENT_OUTCOMES[rule.kind].map((outcome, i) => [[outcome], outcomes[i]!] as const);
}

/** Bins of a difference, each named by its upper bound. */
function bins(counts: ArrayLike<number>, names: readonly string[]): Values {
  return names.map((name, i) => [[name], counts[i]!] as const);
}
