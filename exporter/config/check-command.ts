import type { Baseline, ModelConfig } from '@modelwatch/core';
import { foreignBaseline } from '../baseline/baseline-identity.js';
import { evaluationKindFaults } from '../baseline/evaluation-kind.js';
import { formatBaselineFaults } from '../baseline/baseline-fault.js';
import type { BaselineFault } from '../baseline/baseline-fault.js';
import { privateFeatureFaults } from '../baseline/private-features.js';
import { loadBaseline } from '../baseline/read-baseline.js';
import { fileDigest } from '../models/file-digest.js';
import { byPosition, formatFaults, quote } from './fault.js';
import type { Fault } from './fault.js';
import { configOf, readConfigSource } from './load-config.js';
import { unknownFeatures } from './unknown-features.js';

/** Where a command writes; `process` is one. */
export interface Output {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** What was found: faults refuse a start, warnings do not. */
interface Found {
  readonly faults: string;
  readonly warnings: readonly Fault[];
}

/**
 * `modelwatch check`: prints every fault of a configuration and of the baselines it names, or `ok`; warnings beside either. A path that ends in
 * `.json` is checked as a baseline. Returns the exit code: 0, or 2 where there is a fault, or a warning and `strict` is asked for.
 */
export async function checkCommand(file: string, { stdout, stderr }: Output, strict = false): Promise<0 | 2> {
  const { faults, warnings } = file.endsWith('.json') ? await baselineFound(file) : await configFound(file);
  stderr.write(faults + formatFaults(warnings.map((warning) => ({ ...warning, message: `warning: ${warning.message}` }))));
  if (faults !== '' || (strict && warnings.length > 0)) return 2;
  stdout.write(`${file}: ok${warnings.length === 0 ? '' : `, with ${warnings.length} warning${warnings.length === 1 ? '' : 's'}`}\n`);
  return 0;
}

async function baselineFound(file: string): Promise<Found> {
  return { faults: formatBaselineFaults((await readBaselines(new Map([[file, []]]))).faults), warnings: [] };
}

async function configFound(file: string): Promise<Found> {
  const yaml = await readConfigSource(file);
  if (!yaml.ok) return { faults: formatFaults(yaml.faults), warnings: [] };
  const config = await configOf(yaml.value, file);
  if (!config.ok) return { faults: formatFaults(config.faults), warnings: [] };
  const modelsByFile = new Map<string, ModelConfig[]>();
  for (const model of config.value.models) {
    for (const name of baselineFiles(model)) modelsByFile.set(name, [...(modelsByFile.get(name) ?? []), model]);
  }
  const { faults, baselines } = await readBaselines(modelsByFile);
  const warnings = config.value.models.flatMap((model, i) => {
    const own = baselineFiles(model).flatMap((name) => baselines.get(name) ?? []);
    // Of a baseline that cannot be read nobody knows what it has.
    if (own.length < baselineFiles(model).length) return [];
    return unknownFeatures(model, ['models', i], own).map(({ path, spot, ...about }) => yaml.value.faultAt(path, spot, about));
  });
  return { faults: formatBaselineFaults(faults), warnings: warnings.toSorted(byPosition) };
}

const baselineFiles = ({ champion, challengers }: ModelConfig): readonly string[] =>
  [champion, ...challengers].flatMap(({ baseline }) => baseline ?? []);

interface ReadBaselines {
  readonly faults: readonly BaselineFault[];
  /** Those that could be read, by file. */
  readonly baselines: ReadonlyMap<string, Baseline>;
}

/** Files, each with the models that name it; what is wrong for several of them is told once. */
async function readBaselines(files: ReadonlyMap<string, readonly ModelConfig[]>): Promise<ReadBaselines> {
  const faults: BaselineFault[] = [];
  const baselines = new Map<string, Baseline>();
  for (const [file, models] of files) {
    const baseline = await loadBaseline(file);
    if (!baseline.ok) faults.push(...baseline.faults);
    else {
      baselines.set(file, baseline.value);
      const found = models.flatMap((model) => [
        ...evaluationKindFaults(file, baseline.value, model.output.kind),
        ...privateFeatureFaults(file, baseline.value, model),
      ]);
      for (const model of models) found.push(...(await identityFaults(file, baseline.value, model)));
      faults.push(...new Map(found.map((fault) => [`${fault.pointer} ${fault.message}`, fault])).values());
    }
  }
  return { faults, baselines };
}

/** As the start refuses it. What is promoted in the registry is not in the configuration, and a challenger's baseline is for its own explanations. */
async function identityFaults(file: string, baseline: Baseline, { name, champion }: ModelConfig): Promise<BaselineFault[]> {
  if (champion.baseline !== file || champion.registry) return [];
  const digest = champion.onnx === undefined ? undefined : `sha256:${await fileDigest(champion.onnx.path)}`;
  const foreign = foreignBaseline(baseline, { name, version: champion.version, digest });
  return foreign === undefined ? [] : [{ file, pointer: '', message: `of model ${quote(name)}: ${foreign}` }];
}
