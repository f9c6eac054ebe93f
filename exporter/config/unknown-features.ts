import type { Baseline, ModelConfig } from '@modelwatch/core';
import { nearestWord } from '../nearest-word.js';
import { quote } from './fault.js';
import type { Path } from './fault.js';
import type { Spot } from './yaml-source.js';

/** A feature that a configuration names, and where. */
interface NamedFeature {
  readonly name: string;
  readonly path: Path;
  readonly spot: Spot;
}

export interface UnknownFeature {
  readonly path: Path;
  readonly spot: Spot;
  readonly message: string;
  readonly didYouMean?: string;
}

/**
 * Features that a model's configuration names and none of its baselines has: likely misspelt, and then nothing is counted of them. No faults, for
 * a request may well carry what a baseline leaves out. `path` is of the model. Private features are left out: `privateFeatureFaults` refuses them.
 */
export function unknownFeatures(model: ModelConfig, path: Path, baselines: readonly Pick<Baseline, 'features'>[]): UnknownFeature[] {
  if (baselines.length === 0) return [];
  const ofBaselines = new Set(baselines.flatMap(({ features }) => features.map(({ name }) => name)));
  const declared = declaredFeatures(model, path);
  // What stands once as an input or in the mapping is told of there, not again wherever it is used.
  const known = new Set([...ofBaselines, ...declared.map(({ name }) => name), ...Object.keys(model.inputs ?? {})]);
  return [
    ...declared.filter(({ name }) => !ofBaselines.has(name)),
    ...usedFeatures(model, path).filter(({ name }) => !known.has(name)),
  ].map(({ name, path: place, spot }) => {
    const didYouMean = nearestWord(name, ofBaselines);
    const message = `no baseline of the model has the feature ${quote(name)}`;
    return didYouMean === undefined ? { path: place, spot, message } : { path: place, spot, message, didYouMean };
  });
}

/** Where a configuration says what the features of a request are. */
function declaredFeatures({ inputs, champion }: ModelConfig, path: Path): NamedFeature[] {
  const mapping: Path = [...path, 'champion', 'upstream', 'mapping', 'features'];
  return [
    ...Object.entries(inputs ?? {}).flatMap(([tensor, features]) =>
      features.map((name, column): NamedFeature => ({ name, path: [...path, 'inputs', tensor, column], spot: 'value' })),
    ),
    ...Object.keys(champion.upstream?.mapping?.features ?? {}).map((name): NamedFeature => ({
      name,
      path: [...mapping, name],
      spot: 'key',
    })),
  ];
}

function usedFeatures({ slices, samples, parity, freshness }: ModelConfig, path: Path): NamedFeature[] {
  return [
    ...slices.flatMap(({ name, feature }, i): NamedFeature[] => {
      if (feature === undefined) return [];
      // A slice that names no feature is by that of its own name.
      return [{ name: feature, path: [...path, 'slices', i, feature === name ? 'name' : 'feature'], spot: 'value' }];
    }),
    ...Object.keys(samples?.masks ?? {}).map((name): NamedFeature => ({ name, path: [...path, 'samples', 'masks', name], spot: 'key' })),
    ...Object.keys(parity?.features ?? {}).map((name): NamedFeature => ({
      name,
      path: [...path, 'parity', 'features', name],
      spot: 'key',
    })),
    ...Object.entries(parity?.entities ?? {}).map(([key, name]): NamedFeature => ({
      name,
      path: [...path, 'parity', 'entities', key],
      spot: 'value',
    })),
    ...(freshness?.feature === undefined
      ? []
      : [{ name: freshness.feature, path: [...path, 'freshness', 'feature'], spot: 'value' } as const]),
  ];
}
