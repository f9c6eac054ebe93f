import type { Baseline, ModelConfig } from '@modelwatch/core';
import { foreignBaseline } from '../baseline/baseline-identity.js';
import { evaluationKindFaults } from '../baseline/evaluation-kind.js';
import { formatBaselineFaults } from '../baseline/baseline-fault.js';
import type { BaselineFault } from '../baseline/baseline-fault.js';
import { privateFeatureFaults } from '../baseline/private-features.js';
import { loadBaseline } from '../baseline/read-baseline.js';
import { fileDigest } from '../models/file-digest.js';
import { formatFaults, quote } from './fault.js';
import { loadConfig } from './load-config.js';

/** Where a command writes; `process` is one. */
export interface Output {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/**
 * `modelwatch check`: prints every fault of a configuration and of the baselines it names, or `ok`. A path that ends in `.json` is checked as a
 * baseline. Returns the exit code: 0, or 2 where there is a fault.
 */
export async function checkCommand(file: string, { stdout, stderr }: Output): Promise<0 | 2> {
  const text = file.endsWith('.json') ? formatBaselineFaults(await baselineFaults([[file, []]])) : await configFaults(file);
  if (text === '') {
    stdout.write(`${file}: ok\n`);
    return 0;
  }
  stderr.write(text);
  return 2;
}

async function configFaults(file: string): Promise<string> {
  const config = await loadConfig(file);
  if (!config.ok) return formatFaults(config.faults);
  const modelsByFile = new Map<string, ModelConfig[]>();
  for (const model of config.value.models) {
    for (const { baseline } of [model.champion, ...model.challengers]) {
      if (baseline !== undefined) modelsByFile.set(baseline, [...(modelsByFile.get(baseline) ?? []), model]);
    }
  }
  return formatBaselineFaults(await baselineFaults([...modelsByFile]));
}

/** Faults of files, each with the models that name it; what is wrong for several of them is told once. */
async function baselineFaults(files: readonly (readonly [file: string, models: readonly ModelConfig[]])[]): Promise<BaselineFault[]> {
  const faults: BaselineFault[] = [];
  for (const [file, models] of files) {
    const baseline = await loadBaseline(file);
    if (!baseline.ok) faults.push(...baseline.faults);
    else {
      const found = models.flatMap((model) => [
        ...evaluationKindFaults(file, baseline.value, model.output.kind),
        ...privateFeatureFaults(file, baseline.value, model),
      ]);
      for (const model of models) found.push(...(await identityFaults(file, baseline.value, model)));
      faults.push(...new Map(found.map((fault) => [`${fault.pointer} ${fault.message}`, fault])).values());
    }
  }
  return faults;
}

/** As the start refuses it. What is promoted in the registry is not in the configuration, and a challenger's baseline is for its own explanations. */
async function identityFaults(file: string, baseline: Baseline, { name, champion }: ModelConfig): Promise<BaselineFault[]> {
  if (champion.baseline !== file || champion.registry) return [];
  const digest = champion.onnx === undefined ? undefined : `sha256:${await fileDigest(champion.onnx.path)}`;
  const foreign = foreignBaseline(baseline, { name, version: champion.version, digest });
  return foreign === undefined ? [] : [{ file, pointer: '', message: `of model ${quote(name)}: ${foreign}` }];
}
