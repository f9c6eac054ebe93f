import type { ModelConfig } from '../../contracts/index.js';
import { slosOf, type ConfiguredSlo } from '../../slo/index.js';

/** Objectives of one name in models that share a group: they are counted together as a model of the group's name. */
export interface CombinedSlo {
  readonly group: string;
  readonly slo: ConfiguredSlo;
  readonly models: readonly ModelConfig[];
}

export function combinedSlos(models: readonly ModelConfig[]): readonly CombinedSlo[] {
  const groups = new Map<string, { readonly group: string; readonly slo: ConfiguredSlo; readonly models: ModelConfig[] }>();
  for (const model of models) {
    for (const slo of slosOf(model)) {
      const group = slo.config.combine;
      if (group === undefined) continue;
      const key = JSON.stringify([group, slo.name]);
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { group, slo, models: [model] });
      else known.models.push(model);
    }
  }
  return [...groups.values()];
}

/** A group of models stands for a model of its name, with the objectives that its members share. */
export function groupsAsModels(models: readonly ModelConfig[]): readonly ModelConfig[] {
  const groups = new Map<string, ModelConfig>();
  for (const { group, slo, models: members } of combinedSlos(models)) {
    const config = { ...slo.config };
    delete config.combine;
    const known = groups.get(group) ?? { ...members[0]!, name: group, slo: [] };
    groups.set(group, { ...known, slo: [...known.slo, config] });
  }
  return [...groups.values()];
}
