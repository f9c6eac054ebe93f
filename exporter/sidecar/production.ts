import type { Logger } from 'pino';
import type { Config, ModelConfig, RegistryVersion } from '@modelwatch/core';
import type { Result } from '../errors.js';
import { allVersions, newVersion, type ModelFiles, type Registry, type VersionName } from '../registry/index.js';
import { StartError } from './start-error.js';

/**
 * Makes of a configuration the one that is served: where a model leaves its version to the registry, the version in production, with its files
 * by their digest.
 */
export interface Production {
  /** `instead` stands for the version of its model in production. Throws a StartError that says which model cannot be served, and why. */
  resolve(asked: Config, instead?: VersionName): Promise<Config>;
}

export interface ProductionOptions {
  readonly registry: Registry;
  readonly files: () => Promise<Result<ModelFiles>>;
  readonly logger: Logger;
}

export function createProduction({ registry, files, logger }: ProductionOptions): Production {
  const versionsOf = async (model: string) => must(model, await allVersions(registry, model));

  /** Registers the file of a version that the configuration names. */
  const registerOf = async (model: string, version: string, onnx: string, baseline?: string): Promise<void> => {
    const keep = must(model, await files());
    const digest = must(model, await keep.takePath(onnx));
    const baselineDigest = baseline === undefined ? undefined : must(model, await keep.takePath(baseline));
    must(model, await registry.register(newVersion({ model, version }, digest, baselineDigest)));
  };
  /** The registry knows no version in production: the one of the configuration becomes the first, as it is registered if it is. */
  const putFirst = async (
    { name, champion: { version, onnx, baseline } }: ModelConfig,
    known: readonly RegistryVersion[],
  ): Promise<void> => {
    if (!known.some((entry) => entry.version === version)) await registerOf(name, version, onnx!.path, baseline);
    const id = `first:${name}:${version}`;
    must(name, await registry.promotions.intend({ id, model: name, version }));
    must(name, await registry.promotions.commit(id));
    must(name, await registry.promotions.finish(id));
  };
  /** What the configuration compares with the champion is known to the registry. One that cannot be registered is compared all the same. */
  const registerChallengers = async ({ name, challengers }: ModelConfig, known: readonly RegistryVersion[]): Promise<void> => {
    for (const { version, onnx, baseline } of challengers) {
      // The registry keeps files, and a server of its own has none.
      if (onnx === undefined) continue;
      if (known.some((entry) => entry.version === version)) continue;
      try {
        await registerOf(name, version, onnx.path, baseline);
        must(name, await registry.stage({ model: name, version }, 'shadow'));
      } catch (fault) {
        if (!(fault instanceof StartError)) throw fault;
        logger.warn({ model: name, version, fault: fault.message.trimEnd() }, 'a challenger could not be registered');
      }
    }
  };

  const served = async (model: ModelConfig, instead: VersionName | undefined): Promise<ModelConfig> => {
    const { name, champion } = model;
    const wanted = (versions: readonly RegistryVersion[]) =>
      versions.find(({ version, stage }) => (instead?.model === name ? version === instead.version : stage === 'production'));
    let versions = await versionsOf(name);
    await registerChallengers(model, versions);
    if (wanted(versions) === undefined) {
      if (instead?.model === name) throw new StartError(1, `model ${name}: the registry has no such version\n`);
      await putFirst(model, versions);
      versions = await versionsOf(name);
    }
    const entry = wanted(versions);
    if (entry === undefined) throw new StartError(1, `model ${name}: the registry has no version in production\n`);
    const keep = must(name, await files());
    const onnx = { ...champion.onnx!, path: must(name, await keep.open(entry.digest)), digest: entry.digest };
    if (champion.errorModel !== undefined && champion.version !== entry.version)
      logger.info(
        { model: name, version: entry.version },
        'the error model is of another version than the one served; errors are not estimated',
      );
    const baseline = entry.baselineDigest === undefined ? undefined : must(name, await keep.open(entry.baselineDigest));
    return {
      ...model,
      champion: withBaseline({ ...ofVersion(champion, entry.version), onnx }, baseline),
      challengers: challengersOf(model, versions, entry.version),
    };
  };

  return {
    async resolve(asked, instead) {
      const models: ModelConfig[] = [];
      for (const model of asked.models) models.push(model.champion.registry ? await served(model, instead) : model);
      return { ...asked, models };
    },
  };
}

/** Those that are neither served nor archived; the version that another takes over from is about to be. */
function challengersOf(
  { challengers }: ModelConfig,
  versions: readonly RegistryVersion[],
  servedVersion: string,
): ModelConfig['challengers'] {
  const stageOf = (version: string) => versions.find((entry) => entry.version === version)?.stage;
  return challengers.filter(({ version }) => {
    const stage = stageOf(version);
    return version !== servedVersion && stage !== 'archived' && stage !== 'production';
  });
}

/** An error model was fitted to the errors of the version that it is configured with; of another it says nothing. */
function ofVersion(champion: ModelConfig['champion'], version: string): ModelConfig['champion'] {
  const { errorModel, ...rest } = champion;
  return version === champion.version || errorModel === undefined ? { ...champion, version } : { ...rest, version };
}

/** Its own baseline, or none: that of another version would watch the wrong thing. */
function withBaseline(champion: ModelConfig['champion'], baseline: string | undefined): ModelConfig['champion'] {
  if (baseline !== undefined) return { ...champion, baseline };
  const { version, registry, onnx, errorModel } = champion;
  return { version, registry, ...(onnx === undefined ? {} : { onnx }), ...(errorModel === undefined ? {} : { errorModel }) };
}

function must<T>(model: string, result: Result<T>): T {
  if (!result.ok) throw new StartError(1, `model ${model}: ${result.error.message}\n`);
  return result.value;
}
