import { metric } from '@modelwatch/core';
import type { Guard, GuardCounts } from '../security/guard.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { numberFamily, readFamily } from './series.js';

/** Registers the families of access. The guard is asked at each scrape: it counts with what this returns, so it is made later. */
export function accessFamilies(
  registry: SlicedRegistry,
  guard: () => Pick<Guard, 'policy' | 'callers'>,
  nowSeconds: () => number,
): GuardCounts {
  const denied = registry.add(numberFamily(metric('modelwatch_access_denied_total')));
  const rateLimited = registry.add(numberFamily(metric('modelwatch_access_rate_limited_total')));
  registry.add(
    readFamily(metric('modelwatch_access_tokens'), () => {
      const { tokens } = guard().policy;
      const live = tokens.filter(({ expiresSeconds }) => expiresSeconds > nowSeconds()).length;
      const { labels } = metric('modelwatch_access_tokens');
      return [
        [labelText(labels, ['live']), live],
        [labelText(labels, ['expired']), tokens.length - live],
      ];
    }),
  );
  registry.add(
    readFamily(metric('modelwatch_access_next_expiry_timestamp_seconds'), () => {
      const now = nowSeconds();
      const next = Math.min(...guard().policy.tokens.flatMap(({ expiresSeconds }) => (expiresSeconds > now ? [expiresSeconds] : [])));
      return Number.isFinite(next) ? [['', next]] : [];
    }),
  );
  registry.add(readFamily(metric('modelwatch_access_callers_entries'), () => [['', guard().callers.entries]]));
  registry.add(readFamily(metric('modelwatch_access_callers_capacity_entries'), () => [['', guard().policy.config.callersMax]]));
  registry.add(readFamily(metric('modelwatch_access_callers_folded_total'), () => [['', guard().callers.folded]]));
  return {
    denied(route, reason) {
      denied.child(route, reason).value++;
    },
    rateLimited(route) {
      rateLimited.child(route).value++;
    },
  };
}
