import type { Baseline, BaselineFeature, ModelConfig } from '@modelwatch/core';
import { quote } from '../config/fault.js';
import { nearestWord } from '../nearest-word.js';
import { digestOfValue } from '../security/value-digest.js';
import { BaselineError } from './baseline-error.js';
import type { BaselineFault } from './baseline-fault.js';

export interface PrivateOptions {
  /** Features whose values the baseline does not hold. */
  readonly privateFeatures?: readonly string[] | undefined;
  /** Golden rows, and rows of explanations, are rows of values: with private features they are left out unless this says otherwise. */
  readonly keepPrivateRows?: boolean | undefined;
  /** The key of the digests, 32 hexadecimal digits; needed where a feature is private. */
  readonly salt?: string | undefined;
}

/** Whether rows of values are to be left out. */
export function leavesRowsOut({ privateFeatures = [], keepPrivateRows }: PrivateOptions): boolean {
  return privateFeatures.length > 0 && keepPrivateRows !== true;
}

/** Takes the values of private features out of a baseline: digests for categories, in the same places, and no least and greatest number. */
export function withoutPrivateValues(baseline: Baseline, { privateFeatures = [], salt }: PrivateOptions): Baseline {
  if (privateFeatures.length === 0) return baseline;
  if (salt === undefined) throw new BaselineError('option_invalid', 'private features need a salt for the digests of their values');
  const isPrivate = new Set(privateFeatures);
  const absent = privateFeatures.find((name) => !baseline.features.some((feature) => feature.name === name));
  if (absent !== undefined) throw new BaselineError('option_invalid', `the private column ${quote(absent)} is no feature`);
  const key = Buffer.from(salt, 'hex');
  const digests = (name: string, values: readonly string[]) => values.map((value) => digestOfValue(name, value, key));
  const { reconstruction } = baseline;
  return {
    ...baseline,
    features: baseline.features.map((feature): BaselineFeature => {
      if (!isPrivate.has(feature.name)) return feature;
      if (feature.kind === 'numeric') return { ...feature, private: true, moments: { ...feature.moments, min: null, max: null } };
      const { name, categories, known } = feature;
      // Known values are sorted; in the order of their digests nothing tells of the values.
      return { ...feature, private: { salt }, categories: digests(name, categories), known: digests(name, known).sort() };
    }),
    ...(reconstruction === undefined
      ? {}
      : {
          reconstruction: {
            ...reconstruction,
            features: reconstruction.features.map((coding) =>
              coding.kind === 'categorical' && isPrivate.has(coding.name)
                ? { ...coding, categories: digests(coding.name, coding.categories) }
                : coding,
            ),
          },
        }),
  };
}

/** The one mark of the configuration and what a baseline holds agree; else values would be shown, or bins stay empty. */
export function privateFeatureFaults(
  file: string,
  { features }: Pick<Baseline, 'features'>,
  { private: names, inputs, champion }: Pick<ModelConfig, 'private' | 'inputs' | 'champion'>,
): BaselineFault[] {
  const isPrivate = new Set(names);
  const known = new Set([
    ...features.map(({ name }) => name),
    ...Object.entries(inputs ?? {}).flatMap(([tensor, columns]) => [tensor, ...columns]),
    ...Object.keys(champion.upstream?.mapping?.features ?? {}),
  ]);
  // What is misspelt would be shown: nothing else tells of it.
  const unknown = names
    .filter((name) => !known.has(name))
    .map((name): BaselineFault => {
      const similar = nearestWord(name, [...known]);
      const meant = similar === undefined ? '' : `; did you mean ${quote(similar)}?`;
      return { file, pointer: '/features', message: `the private feature ${quote(name)} is none of the baseline${meant}` };
    });
  const disagreeing = features.flatMap((feature, i): BaselineFault[] => {
    const sealed = feature.private !== undefined;
    if (sealed === isPrivate.has(feature.name)) return [];
    const message = sealed
      ? `the feature ${quote(feature.name)} is private in the baseline, and not in the configuration; name it in the model's private`
      : `the feature ${quote(feature.name)} is private, and the baseline holds its values; make the baseline anew with --private`;
    return [{ file, pointer: `/features/${i}`, message }];
  });
  return [...unknown, ...disagreeing];
}

/** Values remembered with their digests: those of most traffic. */
const DIGESTS_MAX = 1024;

/** How values of a feature are put before they are looked up among its categories; undefined where they are looked up as they are. */
export function categoryDigest(feature: Pick<BaselineFeature, 'name' | 'kind' | 'private'>): ((value: string) => string) | undefined {
  const sealed = feature.private;
  if (typeof sealed !== 'object') return undefined;
  const key = Buffer.from(sealed.salt, 'hex');
  const digests = new Map<string, string>();
  return (value) => {
    let digest = digests.get(value);
    if (digest === undefined) {
      digest = digestOfValue(feature.name, value, key);
      if (digests.size < DIGESTS_MAX && value.length <= 256) digests.set(value, digest);
    }
    return digest;
  };
}
