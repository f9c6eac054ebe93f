import { metric, STAGES, type RegistryVersion } from '@modelwatch/core';
import type { RegistryReadings } from '../sidecar/registry-desk.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Registers what the registry of models holds. Counts by stage are exact; the versions named are at most `shownMax` a model. */
export function registryFamilies(registry: SlicedRegistry, readings: () => RegistryReadings, shownMax: () => number): void {
  const info = metric('modelwatch_registry_version_info');
  const byModel = () => groupByModel(readings().view.versions);

  registry.add(
    readFamily(info, function* () {
      for (const [model, versions] of byModel()) {
        for (const { version, stage } of shown(versions, shownMax())) yield [labelText(info.labels, [model, version, stage]), 1];
      }
    }),
  );
  const counts = metric('modelwatch_registry_versions');
  registry.add(
    readFamily(counts, function* () {
      for (const [model, versions] of byModel()) {
        for (const stage of STAGES) yield [labelText(counts.labels, [model, stage]), versions.filter((one) => one.stage === stage).length];
      }
    }),
  );
  const promotions = metric('modelwatch_registry_promotions_total');
  registry.add(
    readFamily(promotions, function* () {
      const counts = readings().promotions;
      for (const model of byModel().keys()) {
        const { promoted, aborted } = counts.get(model) ?? { promoted: 0, aborted: 0 };
        yield [labelText(promotions.labels, [model, 'promoted']), promoted];
        yield [labelText(promotions.labels, [model, 'aborted']), aborted];
      }
    }),
  );
  const since = metric('modelwatch_registry_promotion_timestamp_seconds');
  registry.add(
    readFamily(since, function* () {
      for (const { model, stage, stagedSeconds } of readings().view.versions) {
        if (stage === 'production') yield [labelText(since.labels, [model]), stagedSeconds];
      }
    }),
  );
  registry.add(readFamily(metric('modelwatch_registry_files_bytes'), () => [['', readings().files.bytes]]));
  registry.add(readFamily(metric('modelwatch_registry_files_capacity_bytes'), () => [['', readings().files.bytesMax]]));
  registry.add(readFamily(metric('modelwatch_registry_files_dropped_total'), () => [['', readings().files.dropped]]));
}

function groupByModel(versions: readonly RegistryVersion[]): ReadonlyMap<string, readonly RegistryVersion[]> {
  const groups = new Map<string, RegistryVersion[]>();
  for (const entry of versions) groups.set(entry.model, [...(groups.get(entry.model) ?? []), entry]);
  return groups;
}

/** The version in production, then those that moved last. */
function shown(versions: readonly RegistryVersion[], max: number): readonly RegistryVersion[] {
  const rank = ({ stage, stagedSeconds }: RegistryVersion) => (stage === 'production' ? Infinity : stagedSeconds);
  return versions.toSorted((a, b) => rank(b) - rank(a)).slice(0, max);
}
