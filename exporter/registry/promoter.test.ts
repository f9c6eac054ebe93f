import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testClock } from '../store/conformance.js';
import { openSqliteStore, type Store } from '../store/index.js';
import { versionOf } from './conformance.js';
import { createEmbeddedRegistry } from './embedded-registry.js';
import { createPromoter, type Exchange } from './promoter.js';
import type { Promotions, Registry } from './registry.js';

let directory: string;
let places = 0;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'modelwatch-promoter-'));
});
afterAll(() => {
  fs.rmSync(directory, { recursive: true });
});

const openStore = (place: string) =>
  openSqliteStore({ path: path.join(directory, place), models: [], queueEntriesMax: 10, predictionsMax: 10, clock: testClock() });

/** Versions 1, in production, and 2, in a store of its own. */
async function prepared(place: string): Promise<Store> {
  const store = await openStore(place);
  const registry = createEmbeddedRegistry(() => store);
  for (const version of ['1', '2']) await registry.register(versionOf(version));
  await registry.promotions.intend({ id: 'first', model: 'm', version: '1' });
  await registry.promotions.commit('first');
  await registry.promotions.finish('first');
  return store;
}

async function productionOf(registry: Registry): Promise<readonly string[]> {
  const versions = await registry.versions({ model: 'm' });
  return versions.ok ? versions.value.filter(({ stage }) => stage === 'production').map(({ version }) => version) : [];
}

/** What serves: one version at a time. `loads` may fail, or never end. */
function createServing(version: string, loads: () => Promise<void> = () => Promise.resolve()): Exchange & { readonly version: string } {
  let serving = version;
  return {
    served: () => serving,
    async to(next, commit) {
      await loads();
      await commit();
      serving = next.version;
      return { retired: Promise.resolve() };
    },
    get version() {
      return serving;
    },
  };
}

const noReason = () => undefined;
const never = <T>() => new Promise<T>(() => undefined);

/** A registry whose process dies at the n-th step: before it is taken, or after it was and before that is known. */
function dying(registry: Registry, step: number, when: 'before' | 'after', onDeath: () => void): Registry {
  let taken = 0;
  const guarded =
    <Arguments extends readonly unknown[], Value>(work: (...given: Arguments) => Promise<Value>) =>
    async (...given: Arguments): Promise<Value> => {
      const dies = ++taken === step;
      if (taken > step || (dies && when === 'before')) {
        onDeath();
        return never();
      }
      const value = await work(...given);
      if (!dies) return value;
      onDeath();
      return never();
    };
  const { intend, commit, finish, abort, open, latest } = registry.promotions;
  const promotions: Promotions = {
    intend: guarded(intend),
    commit: guarded(commit),
    finish: guarded(finish),
    abort: guarded(abort),
    open,
    latest,
  };
  return { ...registry, promotions };
}

const POINTS = [1, 2, 3].flatMap((step) => (['before', 'after'] as const).map((when) => ({ step, when })));

describe('a promotion', () => {
  it.each(POINTS)('that dies $when step $step ends once, either way', async ({ step, when }) => {
    const place = `dies-${++places}`;
    let store = await prepared(place);
    const first = createEmbeddedRegistry(() => store);
    let acknowledged = false;
    await new Promise<void>((resolve) => {
      const promoter = createPromoter({ registry: dying(first, step, when, resolve), exchange: createServing('1'), reasonOf: noReason });
      void promoter.promote({ id: 'p', model: 'm', version: '2' }).then(({ ok }) => {
        acknowledged = ok;
      });
    });
    await store.close();

    store = await openStore(place);
    const registry = createEmbeddedRegistry(() => store);
    const [started] = await productionOf(registry);
    // A start serves what is in production.
    const serving = createServing(started!);
    const promoter = createPromoter({ registry, exchange: serving, reasonOf: noReason });
    await promoter.resume();
    await promoter.idle();
    expect(await productionOf(registry)).toEqual([serving.version]);
    expect(await registry.promotions.open()).toEqual({ ok: true, value: [] });
    // Not written down yet, nobody knows of it; from there on, it is carried out.
    expect(serving.version).toBe(step === 1 && when === 'before' ? '1' : '2');
    if (acknowledged) expect(serving.version).toBe('2');
    const again = await promoter.promote({ id: 'p', model: 'm', version: '2' });
    expect(again).toMatchObject({ ok: true, value: { version: '2', previous: '1' } });
    await promoter.idle();
    expect(await productionOf(registry)).toEqual(['2']);
    await store.close();
  });

  it.each(['before', 'after'] as const)(
    'of a version that cannot be loaded ends as it began, though it dies %s saying so',
    async (when) => {
      const place = `fails-${++places}`;
      let store = await prepared(place);
      const cannot = () => Promise.reject(new Error('damaged'));
      await new Promise<void>((resolve) => {
        const registry = dying(
          createEmbeddedRegistry(() => store),
          2,
          when,
          resolve,
        );
        const promoter = createPromoter({ registry, exchange: createServing('1', cannot), reasonOf: () => 'the file is damaged' });
        void promoter.promote({ id: 'p', model: 'm', version: '2' });
      });
      await store.close();
      store = await openStore(place);
      const registry = createEmbeddedRegistry(() => store);
      const promoter = createPromoter({ registry, exchange: createServing('1', cannot), reasonOf: () => 'the file is damaged' });
      await promoter.resume();
      expect(await productionOf(registry)).toEqual(['1']);
      expect(await promoter.promote({ id: 'p', model: 'm', version: '2' })).toMatchObject({
        ok: true,
        value: { state: 'aborted', reason: 'the file is damaged' },
      });
      await store.close();
    },
  );

  it('of which it is not known whether it is committed is neither exchanged nor aborted, and is carried on later', async () => {
    const store = await prepared(`unknown-${++places}`);
    const registry = createEmbeddedRegistry(() => store);
    let lose = true;
    // The disk has written it, but nobody was told.
    const losing: Registry = {
      ...registry,
      promotions: {
        ...registry.promotions,
        async commit(id) {
          const outcome = await registry.promotions.commit(id);
          return lose
            ? { ok: false, error: { code: 'store_unavailable', message: 'the store cannot be written now; send it again later' } }
            : outcome;
        },
      },
    };
    const serving = createServing('1');
    const promoter = createPromoter({ registry: losing, exchange: serving, reasonOf: noReason });
    expect(await promoter.promote({ id: 'p', model: 'm', version: '2' })).toMatchObject({
      ok: false,
      error: { code: 'store_unavailable' },
    });
    expect(serving.version).toBe('1');
    lose = false;
    await promoter.resume();
    await promoter.idle();
    expect([serving.version, await productionOf(registry)]).toEqual(['2', ['2']]);
    expect(promoter.counts.get('m')).toEqual({ promoted: 1, aborted: 0 });
    await store.close();
  });

  it('asked for many times at once is carried out once', async () => {
    const store = await prepared(`once-${++places}`);
    const registry = createEmbeddedRegistry(() => store);
    const serving = createServing('1');
    const promoter = createPromoter({ registry, exchange: serving, reasonOf: noReason });
    const asked = await Promise.all(Array.from({ length: 5 }, () => promoter.promote({ id: 'p', model: 'm', version: '2' })));
    expect(asked.every((outcome) => outcome.ok && outcome.value.version === '2')).toBe(true);
    expect(promoter.counts.get('m')).toEqual({ promoted: 1, aborted: 0 });
    await store.close();
  });
});

describe('a promotion that follows another', () => {
  it('waits while the version before answers its last requests, and is not refused', async () => {
    const store = await prepared('following');
    const kept = createEmbeddedRegistry(() => store);
    let refuse = () => {};
    const refused = new Promise<void>((resolve) => (refuse = resolve));
    const intend: Promotions['intend'] = async (promotion) => {
      const outcome = await kept.promotions.intend(promotion);
      if (!outcome.ok) refuse();
      return outcome;
    };
    const registry: Registry = { ...kept, promotions: { ...kept.promotions, intend } };
    const serving = createServing('1');
    let retire = () => {};
    const exchange: Exchange = {
      served: () => serving.served('m'),
      async to(next, commit) {
        await serving.to(next, commit);
        return { retired: new Promise((resolve) => (retire = resolve)) };
      },
    };
    const promoter = createPromoter({ registry, exchange, reasonOf: noReason });
    expect(await promoter.promote({ id: 'a', model: 'm', version: '2' })).toMatchObject({ ok: true, value: { state: 'committed' } });
    const next = promoter.promote({ id: 'b', model: 'm', version: '1' });
    // The registry has refused it once, as one that comes too early.
    await refused;
    expect(serving.version).toBe('2');
    retire();
    expect(await next).toMatchObject({ ok: true, value: { version: '1', previous: '2' } });
    expect(await productionOf(registry)).toEqual(['1']);
    retire();
    await promoter.idle();
    await store.close();
  });
});
