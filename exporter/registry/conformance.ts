import { expect, it } from '@jest/globals';
import type { NewVersion } from '@modelwatch/core';
import type { Result } from '../errors.js';
import type { Registry } from './registry.js';

export interface RegistryUnderTest {
  /** A registry at a place; opened again at the same place it knows what it knew. */
  open(place: string): Promise<{ readonly registry: Registry; close(): Promise<void> }>;
}

const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const codeOf = <T>(result: Result<T>) => (result.ok ? 'ok' : result.error.code);

export const versionOf = (version: string, model = 'm'): NewVersion => ({
  model,
  version,
  digest: version.padStart(64, '0'),
  baselineDigest: version.padStart(64, 'b'),
  owner: 'travel',
  notes: 'more trees',
  lineage: { dataSet: 'flights-2013', features: 'f-3', code: '9f1c', run: 'run-7' },
  metrics: { auc: 0.71 },
});

/** What every registry has to do. Call it from the test file of each. */
export function registryConformance({ open }: RegistryUnderTest): void {
  let places = 0;
  const fresh = () => open(`registry-${++places}`);
  const stages = async (registry: Registry, model = 'm') =>
    Object.fromEntries(valueOf(await registry.versions({ model })).map(({ version, stage }) => [version, stage]));
  const promote = async ({ promotions }: Registry, id: string, version: string) => {
    valueOf(await promotions.intend({ id, model: 'm', version }));
    valueOf(await promotions.commit(id));
    return valueOf(await promotions.finish(id));
  };

  it('keeps what was said of a version, and refuses to say something else', async () => {
    const { registry, close } = await fresh();
    expect(valueOf(await registry.register(versionOf('1')))).toBe('registered');
    expect(valueOf(await registry.register(versionOf('1')))).toBe('duplicate');
    expect(codeOf(await registry.register({ ...versionOf('1'), digest: 'f'.repeat(64) }))).toBe('version_conflict');
    const [kept] = valueOf(await registry.versions({ model: 'm' }));
    expect(kept).toMatchObject({ ...versionOf('1'), stage: 'none' });
    await close();
  });

  it('moves versions between stages, and names those that there are not', async () => {
    const { registry, close } = await fresh();
    await registry.register(versionOf('1'));
    for (const stage of ['staging', 'shadow', 'archived', 'none'] as const) {
      expect(valueOf(await registry.stage({ model: 'm', version: '1' }, stage))).toBe('changed');
      expect(valueOf(await registry.stage({ model: 'm', version: '1' }, stage))).toBe('unchanged');
      expect(await stages(registry)).toEqual({ '1': stage });
    }
    expect(codeOf(await registry.stage({ model: 'm', version: '2' }, 'shadow'))).toBe('version_not_found');
    expect(codeOf(await registry.promotions.intend({ id: 'p', model: 'm', version: '2' }))).toBe('version_not_found');
    for (const move of [registry.promotions.commit('p'), registry.promotions.finish('p'), registry.promotions.abort('p', 'why')]) {
      expect(codeOf(await move)).toBe('not_found');
    }
    await close();
  });

  it('has one version of a model in production: a promotion exchanges it as a whole', async () => {
    const { registry, close } = await fresh();
    for (const version of ['1', '2']) await registry.register(versionOf(version));
    await registry.register(versionOf('1', 'other'));
    expect(await promote(registry, 'a', '1')).toMatchObject({ state: 'done', version: '1' });
    expect(await promote(registry, 'b', '2')).toMatchObject({ state: 'done', version: '2', previous: '1' });
    expect(await stages(registry)).toEqual({ '1': 'archived', '2': 'production' });
    expect(await stages(registry, 'other')).toEqual({ '1': 'none' });
    expect(codeOf(await registry.promotions.intend({ id: 'c', model: 'm', version: '2' }))).toBe('version_in_production');
    expect(codeOf(await registry.stage({ model: 'm', version: '2' }, 'archived'))).toBe('version_in_production');
    // Back to the one before.
    expect(await promote(registry, 'd', '1')).toMatchObject({ previous: '2' });
    expect(await stages(registry)).toEqual({ '1': 'production', '2': 'archived' });
    expect(valueOf(await registry.promotions.latest()).map(({ id }) => id)).toEqual(['d', 'b', 'a']);
    await close();
  });

  it('lets one promotion of a model be under way, and recognises one that is asked for again', async () => {
    const { registry, close } = await fresh();
    for (const version of ['1', '2']) await registry.register(versionOf(version));
    const asked = { id: 'a', model: 'm', version: '1' };
    const both = await Promise.all([registry.promotions.intend(asked), registry.promotions.intend(asked)]);
    expect(both.map((result) => valueOf(result).again).sort()).toEqual([false, true]);
    expect(codeOf(await registry.promotions.intend({ ...asked, id: 'b', version: '2' }))).toBe('promotion_busy');
    expect(codeOf(await registry.promotions.intend({ ...asked, version: '2' }))).toBe('promotion_conflict');
    expect(codeOf(await registry.stage({ model: 'm', version: '1' }, 'archived'))).toBe('version_in_production');
    valueOf(await registry.promotions.abort('a', 'the file is damaged'));
    expect(valueOf(await registry.promotions.intend(asked))).toMatchObject({
      again: true,
      promotion: { state: 'aborted', reason: 'the file is damaged' },
    });
    expect(valueOf(await registry.promotions.commit('a')).state).toBe('aborted');
    expect(await stages(registry)).toEqual({ '1': 'none', '2': 'none' });
    await close();
  });

  it('knows after a crash which promotions are open, and how far they went', async () => {
    const place = `registry-${++places}`;
    let { registry, close } = await open(place);
    for (const model of ['m', 'other']) await registry.register(versionOf('1', model));
    valueOf(await registry.promotions.intend({ id: 'a', model: 'm', version: '1' }));
    valueOf(await registry.promotions.intend({ id: 'b', model: 'other', version: '1' }));
    valueOf(await registry.promotions.commit('b'));
    await close();
    ({ registry, close } = await open(place));
    expect(valueOf(await registry.promotions.open()).map(({ id, state }) => [id, state])).toEqual([
      ['a', 'intended'],
      ['b', 'committed'],
    ]);
    expect(await stages(registry, 'other')).toEqual({ '1': 'production' });
    // Each step again, as far as it went, changes nothing.
    for (const step of [registry.promotions.commit('b'), registry.promotions.abort('b', 'too late')]) {
      expect(valueOf(await step).state).toBe('committed');
    }
    expect(valueOf(await registry.promotions.finish('b')).state).toBe('done');
    expect(valueOf(await registry.promotions.finish('a')).state).toBe('intended');
    await close();
  });
}
