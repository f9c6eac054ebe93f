import type { RegistryVersion } from '@modelwatch/core';
import { succeed, type Result } from '../errors.js';
import { allVersions } from './all-versions.js';
import type { Registry } from './registry.js';

/** What the registry holds, in memory: for scrapes and pages, which never wait for it. */
export interface RegistryView {
  /** All versions, in order of model and version, as of the last refresh that succeeded. */
  readonly versions: readonly RegistryVersion[];
  /** Reads all versions again. Called after each change. */
  refresh(): Promise<Result<void>>;
}

export function createRegistryView(registry: Registry): RegistryView {
  let versions: readonly RegistryVersion[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const readAll = async (): Promise<Result<void>> => {
    const all = await allVersions(registry);
    if (!all.ok) return all;
    versions = all.value;
    return succeed(undefined);
  };
  return {
    get versions() {
      return versions;
    },
    refresh() {
      // One after the other, so that the later one is what is seen.
      const mine = last.then(readAll);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
