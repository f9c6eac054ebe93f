import { durationSeconds, groundTruthBinning, type Baseline, type ModelConfig } from '@modelwatch/core';
import { binningOf } from '../pipeline/model-watch.js';
import type { SliceCap } from './slice-values.js';
import type { StoreModel } from './store.js';

/** Slice values whose quality is kept where the configuration does not say. */
const SLICE_KEPT_DEFAULT = 200;

/** What the store must know of the configured models and of the baselines of their champions. */
export function storeModels(configs: readonly ModelConfig[], baselineOf: (model: ModelConfig) => Baseline | undefined): StoreModel[] {
  return configs.map((config) => {
    const baseline = baselineOf(config);
    return {
      name: config.name,
      kind: config.output.kind,
      threshold: config.output.threshold,
      horizonSeconds: durationSeconds(config.groundTruth.horizon),
      servedVersion: config.champion.version,
      challengers: config.challengers.map(({ version, threshold, toleranceAbsolute }) => ({
        version,
        threshold: threshold ?? config.output.threshold,
        toleranceAbsolute,
      })),
      slices: sliceCaps(config.slices),
      baselines:
        baseline === undefined
          ? []
          : [
              {
                version: config.champion.version,
                features: baseline.features.map(binningOf),
                output: binningOf(baseline.output),
                groundTruth: baseline.evaluation && groundTruthBinning(baseline.evaluation),
              },
            ],
    };
  });
}

/** The caps of the configured slices. */
export function sliceCaps(slices: ModelConfig['slices']): SliceCap[] {
  return slices.map(({ name, valuesMax, worstMax, keptMax }) => ({
    name,
    valuesMax,
    worstMax,
    keptMax: keptMax ?? Math.max(SLICE_KEPT_DEFAULT, valuesMax),
  }));
}
