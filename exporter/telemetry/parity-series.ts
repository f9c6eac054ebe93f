import { metric, type MetricName } from '@modelwatch/core';
import { PARITY_OUTCOMES, PARITY_VALUE_OUTCOMES, type Parity } from '../pipeline/parity.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

type Values = Iterable<readonly [more: readonly string[], value: number]>;

/** Registers what look-ups in a feature server have said. Models are read at each scrape. */
export function parityFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const each = (name: MetricName, valuesOf: (parity: Parity, model: ModelRuntime) => Values) => {
    const description = metric(name);
    registry.add(
      readFamily(description, function* () {
        for (const model of models().values()) {
          if (model.parity === undefined) continue;
          const identity = description.labels.includes('role') ? [model.name, model.version, model.role] : [model.name, model.version];
          for (const [more, value] of valuesOf(model.parity, model)) yield [labelText(description.labels, [...identity, ...more]), value];
        }
      }),
    );
  };
  each('modelwatch_parity_lookups_total', ({ outcomes }) => PARITY_OUTCOMES.map((outcome) => [[outcome], outcomes[outcome]]));
  each('modelwatch_parity_in_flight', ({ inFlight }) => [[[], inFlight]]);
  each('modelwatch_parity_in_flight_capacity', (_, { config }) => [[[], config.parity?.inFlightMax ?? 0]]);
  each('modelwatch_parity_values_total', ({ values }) =>
    [...values].flatMap(([feature, counts]) => PARITY_VALUE_OUTCOMES.map((outcome) => [[feature, outcome], counts[outcome]] as const)),
  );
}
