import type { Promotion } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import type { Store } from '../store/index.js';
import type { Registry } from './registry.js';

const notFound = () => fail('version_not_found', 'the registry has no such version of this model');

/** The registry in the sidecar's own store. */
export function createEmbeddedRegistry(store: () => Pick<Store, 'book'>): Registry {
  const book = () => store().book('registry');
  const moved = (result: Result<Promotion | undefined>): Result<Promotion> =>
    result.ok && result.value === undefined ? fail('not_found', 'there is no promotion of this id') : (result as Result<Promotion>);
  return {
    name: 'embedded',
    async register(version) {
      const outcome = await book().write('register', version);
      if (!outcome.ok) return outcome;
      switch (outcome.value) {
        case 'conflict':
          return fail('version_conflict', 'this version is registered with other content; give it another name');
        case 'over_capacity':
          return fail('registry_full', 'the registry holds as many versions as it may');
        default:
          return succeed(outcome.value);
      }
    },
    async stage({ model, version }, stage) {
      const outcome = await book().write('stage', { model, version, stage });
      if (!outcome.ok) return outcome;
      if (outcome.value === 'not_found') return notFound();
      if (outcome.value === 'busy')
        return fail('version_in_production', 'the version is in production or on its way there; promote another first');
      return succeed(outcome.value);
    },
    versions: (query) => book().read('versions', query),
    promotions: {
      async intend(promotion) {
        const outcome = await book().write('intend', promotion);
        if (!outcome.ok) return outcome;
        switch (outcome.value.kind) {
          case 'intended':
          case 'duplicate':
            return succeed({ again: outcome.value.kind === 'duplicate', promotion: outcome.value.promotion });
          case 'busy':
            return fail('promotion_busy', 'another promotion of this model is under way');
          case 'conflict':
            return fail('promotion_conflict', 'this id belongs to another promotion');
          case 'in_production':
            return fail('version_in_production', 'the version is in production already');
          case 'not_found':
            return notFound();
        }
      },
      commit: async (id) => moved(await book().write('commit', { id })),
      finish: async (id) => moved(await book().write('finish', { id })),
      abort: async (id, reason) => moved(await book().write('abort', { id, reason })),
      open: () => book().read('openPromotions', undefined),
      latest: () => book().read('promotions', undefined),
    },
  };
}
