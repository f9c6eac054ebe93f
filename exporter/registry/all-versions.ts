import type { RegistryVersion } from '@modelwatch/core';
import { succeed, type Result } from '../errors.js';
import type { Registry, VersionName } from './registry.js';

/** All versions, or those of a model, page by page. */
export async function allVersions(registry: Registry, model?: string): Promise<Result<readonly RegistryVersion[]>> {
  const all: RegistryVersion[] = [];
  const of = model === undefined ? {} : { model };
  for (let after: VersionName | undefined; ;) {
    const page = await registry.versions(after === undefined ? of : { ...of, after });
    if (!page.ok) return page;
    all.push(...page.value);
    const end = page.value.at(-1);
    if (end === undefined) return succeed(all);
    after = { model: end.model, version: end.version };
  }
}
