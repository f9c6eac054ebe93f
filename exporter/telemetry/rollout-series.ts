import { metric, VERDICTS } from '@modelwatch/core';
import { localVerdict } from '../sidecar/challenger-evidence.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { StoreReadings } from '../store/index.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Registers this sidecar's own verdict on each challenger: one series a verdict, of which one is 1. */
export function rolloutFamilies(
  registry: SlicedRegistry,
  readings: () => StoreReadings,
  models: () => ReadonlyMap<string, ModelRuntime>,
): void {
  const description = metric('modelwatch_local_rollout_verdict');
  registry.add(
    readFamily(description, function* () {
      for (const model of models().values()) {
        for (const challenger of model.challengers) {
          const judged = localVerdict(model, challenger, readings());
          if (judged === undefined) continue;
          for (const verdict of VERDICTS)
            yield [
              labelText(description.labels, [model.name, challenger.version, 'challenger', verdict]),
              verdict === judged.verdict ? 1 : 0,
            ];
        }
      }
    }),
  );
}
