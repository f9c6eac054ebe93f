import type { AccessConfig, AlertmanagerConfig } from '../../contracts/index.js';
import type { YamlValue } from '../yaml-text.js';
import { OURS } from './inhibitions.js';
import { UNROUTED } from './receivers.js';

/** Tells sidecars, which keep a log of alerts. Names of other receivers end in what they are for, so that no team or owner has this one. */
export const SIDECARS_RECEIVER = 'modelwatch';
/** How often an alert that goes on is told again; a sidecar that does not hear of one for `alertLog.unheard` takes it for over. */
export const SIDECARS_REPEAT_INTERVAL = '4h';

/** First, and beside whoever else is told: every alert and soon, whatever its severity and whether tickets wait or not. */
export function sidecarRoutes(sidecars: readonly string[]): YamlValue[] {
  if (sidecars.length === 0) return [];
  return [
    {
      matchers: [OURS],
      receiver: SIDECARS_RECEIVER,
      continue: true,
      // A message has all alerts of its group each time, and 16 MiB at most.
      group_by: ['model'],
      group_wait: '5s',
      // Beginnings and ends that come later wait for this: as long as until the next evaluation of the rules.
      group_interval: '1m',
      repeat_interval: SIDECARS_REPEAT_INTERVAL,
    },
  ];
}

/** Last: whoever is of no team. The route of all routes takes what none of them matched, and that of the sidecars has matched. */
export function routeOfNobodyElse(sidecars: readonly string[]): YamlValue[] {
  return sidecars.length === 0 ? [] : [{ matchers: [OURS], receiver: UNROUTED }];
}

/** The receiver, where there is somebody to tell. Each sidecar is told by itself: one that is away costs the others a `group_interval` of delay at most. */
export function sidecarReceivers({ sidecars, secretsFolder }: AlertmanagerConfig, access: AccessConfig): YamlValue[] {
  if (sidecars.length === 0) return [];
  const authorization = { http_config: { authorization: { credentials_file: `${secretsFolder}/${SIDECARS_RECEIVER}` } } };
  const webhooks = sidecars.map((url) => ({
    url: `${url.replace(/\/$/, '')}/v1/alerts`,
    send_resolved: true,
    max_alerts: 0,
    ...(asksForToken(url, access) ? authorization : {}),
  }));
  return [{ name: SIDECARS_RECEIVER, webhook_configs: webhooks }];
}

const LOOPBACK = /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d*)?\/?$/i;

/** Without tokens a sidecar answers on loopback alone, so one elsewhere has some, even where this configuration is not the one that it runs with. */
function asksForToken(url: string, { tokens, tokensFile, open }: AccessConfig): boolean {
  const hasTokens = tokens.length > 0 || tokensFile !== undefined;
  return hasTokens ? !open.includes('ingest') : !LOOPBACK.test(url);
}
