import { AGREEMENT_OUTCOMES, metric, PAIRED_OUTCOMES, type MetricName } from '@modelwatch/core';
import type { PairedTally, StoreReadings } from '../store/index.js';
import type { Challenger } from '../sidecar/challenger.js';
import { pairedOf } from '../sidecar/challenger-evidence.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

type Values = Iterable<readonly [more: readonly string[], value: number]>;

/** Registers how challengers compare once there is ground truth, as the store has counted it, and by slice. From the start, at 0. */
export function pairedFamilies(
  registry: SlicedRegistry,
  readings: () => StoreReadings,
  models: () => ReadonlyMap<string, ModelRuntime>,
): void {
  const each = (name: MetricName, valuesOf: (paired: PairedTally, challenger: Challenger) => Values) => {
    const description = metric(name);
    registry.add(
      readFamily(description, function* () {
        const told = readings();
        for (const { name: model, challengers } of models().values()) {
          for (const challenger of challengers) {
            const identity = [model, challenger.version, 'challenger'];
            for (const [more, value] of valuesOf(pairedOf(told, model, challenger), challenger)) {
              yield [labelText(description.labels, [...identity, ...more]), value];
            }
          }
        }
      }),
    );
  };
  const one = (name: MetricName, valueOf: (paired: PairedTally) => number) => {
    each(name, (paired) => [[[], valueOf(paired)]]);
  };
  one('modelwatch_shadow_outputs_received_total', ({ received }) => received);
  each('modelwatch_shadow_outputs_unpaired_total', ({ unmatched, duplicates, full }) => [
    [['unmatched'], unmatched],
    [['duplicate'], duplicates],
    [['full'], full],
  ]);
  each('modelwatch_shadow_paired_total', ({ quality }) => named(PAIRED_OUTCOMES, quality.outcomes));
  one('modelwatch_shadow_paired_missing_total', ({ quality }) => quality.missing);
  one('modelwatch_shadow_losses_compared_total', ({ quality }) => quality.losses);
  one('modelwatch_shadow_loss_missing_total', ({ quality }) => quality.count - quality.losses);
  one('modelwatch_shadow_more_loss_total', ({ quality }) => quality.moreLoss);
  one('modelwatch_shadow_less_loss_total', ({ quality }) => quality.lessLoss);
  one('modelwatch_shadow_loss_difference_squared_total', ({ quality }) => quality.squared);
  each('modelwatch_shadow_slice_agreement_total', (_, { shadow }) =>
    bySlice(shadow.slices, AGREEMENT_OUTCOMES[shadow.agreement.rule.kind]),
  );
  each('modelwatch_shadow_slice_paired_total', ({ slices }) => bySlice(slices, PAIRED_OUTCOMES));
}

const named = (names: readonly string[], counts: ArrayLike<number>): Values => names.map((name, i) => [[name], counts[i]!] as const);

function* bySlice(
  slices: ReadonlyMap<string, ReadonlyMap<string, { readonly outcomes: ArrayLike<number> }>>,
  names: readonly string[],
): Values {
  for (const [slice, values] of slices) {
    for (const [value, { outcomes }] of values) for (const [more, count] of named(names, outcomes)) yield [[slice, value, ...more], count];
  }
}
