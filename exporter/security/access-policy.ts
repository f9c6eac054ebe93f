import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AccessConfig, Scope, TokenConfig } from '@modelwatch/core';
import { isLoopbackAddress, isLoopbackHost } from './loopback.js';
import { digestOf } from './token.js';

/** What a route asks for: a scope, or nothing at all, as probes of health must be answered whoever sends them. */
export type RouteScope = Scope | 'public';

/** Why a request is refused. */
export const DENIAL_REASONS = [
  'token_missing',
  'token_unknown',
  'token_expired',
  'scope_missing',
  'not_loopback',
  'foreign_origin',
] as const;
export type DenialReason = (typeof DENIAL_REASONS)[number];

/** Whether a request may go on. `caller` is whose rate it counts to; `token` the name of the token that is known. */
export type Decision =
  | { readonly kind: 'allowed'; readonly caller: string }
  | { readonly kind: 'denied'; readonly reason: DenialReason; readonly caller: string; readonly token: string | undefined };

interface LiveToken {
  readonly name: string;
  readonly digest: Buffer;
  readonly scopes: ReadonlySet<Scope>;
  readonly expiresSeconds: number;
}

/** One configuration of access, ready to decide. */
export interface AccessPolicy {
  readonly config: AccessConfig;
  readonly tokens: readonly LiveToken[];
  /** Whether a scope is open to whoever reaches the port. */
  isOpen(scope: RouteScope): boolean;
  decide(request: IncomingMessage, scope: RouteScope, nowSeconds: number): Decision;
}

/** Scopes that change something: none of them is open where there is no token at all. */
const MUTATING: ReadonlySet<RouteScope> = new Set<RouteScope>(['ingest', 'operate', 'admin']);
const BEARER = /^Bearer +(.+?) *$/i;

/**
 * Decides by the configuration of access. With tokens, a scope that is not open needs a live token with this scope. Without any, it is
 * answered on loopback alone, told by the socket's two addresses and by no header, and not to a page of another origin in a browser there.
 * Cost: nothing where a scope is open; else one SHA-256 and a comparison of 32 bytes a token.
 */
export function createAccessPolicy(config: AccessConfig): AccessPolicy {
  const tokens = config.tokens.map(liveToken);
  const open = new Set<RouteScope>(['public', ...config.open.filter((scope) => tokens.length > 0 || !MUTATING.has(scope))]);

  return {
    config,
    tokens,
    isOpen: (scope) => open.has(scope),
    decide(request, scope, nowSeconds) {
      if (open.has(scope)) return { kind: 'allowed', caller: addressOf(request) };
      const deny = (reason: DenialReason, token?: LiveToken): Decision => {
        const caller = token === undefined ? addressOf(request) : callerOf(token);
        return { kind: 'denied', reason, caller, token: token?.name };
      };
      if (tokens.length === 0) {
        const { localAddress, remoteAddress } = request.socket;
        if (!isLoopbackAddress(localAddress) || !isLoopbackAddress(remoteAddress)) return deny('not_loopback');
        return isForeign(request.headers.origin) ? deny('foreign_origin') : { kind: 'allowed', caller: addressOf(request) };
      }
      const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
      if (given === undefined) return deny('token_missing');
      const token = find(tokens, given);
      if (token === undefined) return deny('token_unknown');
      if (nowSeconds >= token.expiresSeconds) return deny('token_expired', token);
      return token.scopes.has(scope as Scope) ? { kind: 'allowed', caller: callerOf(token) } : deny('scope_missing', token);
    },
  };
}

function liveToken({ name, digest, scopes, expires }: TokenConfig): LiveToken {
  return {
    name,
    digest: Buffer.from(digest.slice('sha256:'.length), 'hex'),
    scopes: new Set(scopes),
    expiresSeconds: expires === undefined ? Infinity : Date.parse(expires) / 1000,
  };
}

/** Every digest is compared, each in constant time, so that neither the answer nor its time tells how near a guess came. */
function find(tokens: readonly LiveToken[], given: string): LiveToken | undefined {
  const digest = digestOf(given);
  let found: LiveToken | undefined;
  for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token;
  return found;
}

/** Names and addresses are told apart by their first letter. Both tokens of a name share its rate. */
const callerOf = ({ name }: LiveToken): string => `t ${name}`;

/** Whoever has one address of an IPv6 network has 2^64 of them. */
function addressOf({ socket: { remoteAddress = '' } }: IncomingMessage): string {
  if (!remoteAddress.includes(':') || remoteAddress.startsWith('::ffff:')) return `a ${remoteAddress}`;
  return `a ${remoteAddress.split(':').slice(0, 4).join(':')}`;
}

/** Browsers name the page that sends a POST, PUT or DELETE; other clients send no Origin. A page of loopback may. */
function isForeign(origin: string | undefined): boolean {
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !isLoopbackHost(new URL(origin).hostname);
}
