import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Config, ModelConfig } from '@modelwatch/core';
import { buildModel, type BuildDeps } from './build-model.js';
import { nextChallengers } from './challenger.js';
import { nextErrorModel } from './error-model.js';
import { closeSource, copyTakersOf, type CopyTaker, type ModelRuntime } from './model-runtime.js';

/** The models in force, each with the fingerprint of all that it was made from. */
export interface ModelSet {
  readonly models: ReadonlyMap<string, ModelRuntime>;
  readonly fingerprints: ReadonlyMap<string, string>;
}

export const EMPTY_SET: ModelSet = { models: new Map(), fingerprints: new Map() };

/**
 * The models of a configuration. A model whose files and configuration are those of the set in force is taken over with its children and its
 * counts; only the others are made anew. Where one cannot be made, those made before it are closed again and the error is thrown: the set in
 * force goes on untouched.
 */
export async function nextSet(current: ModelSet, config: Config, deps: BuildDeps): Promise<ModelSet> {
  const models = new Map<string, ModelRuntime>();
  const fingerprints = new Map<string, string>();
  const made: (() => Promise<void>)[] = [];
  try {
    for (const model of config.models) {
      const fingerprint = await fingerprintOf(model, config);
      const known = current.fingerprints.get(model.name) === fingerprint ? current.models.get(model.name) : undefined;
      const runtime = known === undefined ? await buildModel(model, config, deps) : { ...known, config: model };
      if (known === undefined) made.push(() => closeSource(runtime.source));
      const challengers = await nextChallengers(known?.challengers ?? [], model, fingerprint, runtime.watched, deps);
      for (const challenger of challengers) if (known?.challengers.includes(challenger) !== true) made.push(() => challenger.close());
      const errorModel = await nextErrorModel(known?.errorModel, model, fingerprint, runtime, deps);
      if (errorModel !== undefined && errorModel !== known?.errorModel) made.push(() => errorModel.close());
      models.set(model.name, { ...runtime, challengers, errorModel });
      fingerprints.set(model.name, fingerprint);
    }
  } catch (error) {
    await Promise.all(made.map((close) => close()));
    throw error;
  }
  return { models, fingerprints };
}

/** The models of a set that another one does not go on with. */
export function leftOut(before: ModelSet, after: ModelSet): readonly ModelRuntime[] {
  return [...before.models.values()].filter(({ name, source }) => after.models.get(name)?.source !== source);
}

/** The challengers and error models of a set that another one does not go on with. */
export function copyTakersLeftOut(before: ModelSet, after: ModelSet): readonly CopyTaker[] {
  const all = ({ models }: ModelSet) => [...models.values()].flatMap(copyTakersOf);
  const kept = new Set(all(after));
  return all(before).filter((taker) => !kept.has(taker));
}

/** Digest of what decides how a model is served and counted: bars of alerts and the horizon are not among it. */
async function fingerprintOf(
  { name, champion, inputs, output, identity, slices, explain, samples, schema, parity, freshness, private: hidden }: ModelConfig,
  { watch }: Config,
): Promise<string> {
  const hash = createHash('sha256');
  // An error model has a fingerprint of its own.
  const served = { ...champion, errorModel: undefined };
  const { localWindow } = watch;
  hash.update(
    JSON.stringify([name, served, inputs, output, identity, slices, explain, samples, schema, parity, freshness, hidden, localWindow]),
  );
  const { onnx, baseline } = champion;
  // A file whose digest is said is pinned by it.
  if (onnx !== undefined && onnx.digest === undefined) hash.update(await digestOf(onnx.path));
  if (baseline !== undefined) hash.update(await digestOf(baseline));
  return hash.digest('hex');
}

/** Read in pieces: a model of a gigabyte must not hold up what serves. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch {
    return 'unreadable';
  }
  return hash.digest('hex');
}
