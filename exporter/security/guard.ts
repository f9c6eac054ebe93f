import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { AccessConfig } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { sendError, type ErrorCode } from '../errors.js';
import { createAccessPolicy, type AccessPolicy, type DenialReason, type RouteScope } from './access-policy.js';
import { createDenialLog } from './denial-log.js';
import { createRateLimiter, type RateLimiter } from './rate-limiter.js';

/** How often one caller may ask. `unlimited` is for what is bounded otherwise, or must never be refused, such as probes and webhooks. */
export type RateClass = 'unlimited' | 'read' | 'ingest' | 'operate';

/** What the guard must know of a route. */
export interface Guarded {
  /** Value of the label `route`. */
  readonly path: string;
  readonly scope: RouteScope;
  readonly rateClass: RateClass;
}

export interface GuardCounts {
  denied(route: string, reason: DenialReason): void;
  rateLimited(route: string): void;
}

/** Stands before every route: who may come in, and how often. */
export interface Guard {
  /** Whether the request may go on; where it may not, it is answered, counted and logged. */
  admit(request: IncomingMessage, response: ServerResponse, route: Guarded): boolean;
  /** Puts another configuration in force. A token that both have is live throughout. */
  use(config: AccessConfig): void;
  readonly policy: AccessPolicy;
  readonly callers: Pick<RateLimiter, 'entries' | 'folded'>;
}

const DENIALS: Readonly<Record<DenialReason, readonly [code: ErrorCode, message: string, challenge: string]>> = {
  token_missing: ['unauthenticated', 'a token is needed, as Authorization: Bearer', ''],
  // One answer for both: it does not say whether a token was ever known.
  token_unknown: ['unauthenticated', 'the token is not known or has expired', ', error="invalid_token"'],
  token_expired: ['unauthenticated', 'the token is not known or has expired', ', error="invalid_token"'],
  scope_missing: ['forbidden', 'the token does not have the scope of this route', ', error="insufficient_scope"'],
  not_loopback: ['forbidden', 'without a token configured this route answers on loopback alone', ''],
  foreign_origin: ['forbidden', 'a page of another origin may not use this route', ''],
};

/** What a client that is refused may still send on a connection that stays open. */
const BODY_BYTES_PASSED_OVER_MAX = 65_536;
const RETRY_SECONDS = '1';

export function createGuard(options: {
  readonly access: AccessConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counts: GuardCounts;
}): Guard {
  const { clock, counts } = options;
  let policy = createAccessPolicy(options.access);
  const log = createDenialLog(options.logger, clock);
  const limiter = createRateLimiter({ callersMax: () => policy.config.callersMax, monotonicSeconds: clock.monotonicSeconds });

  const isWithinRate = (caller: string, { rateClass }: Guarded): boolean => {
    const rate = rateOf(policy.config, rateClass);
    return rate === undefined || limiter.take(`${rateClass} ${caller}`, rate);
  };

  return {
    admit(request, response, route) {
      if (route.rateClass === 'unlimited' && policy.isOpen(route.scope)) return true;
      const decision = policy.decide(request, route.scope, clock.nowSeconds());
      if (!isWithinRate(decision.caller, route)) {
        counts.rateLimited(route.path);
        response.setHeader('Retry-After', RETRY_SECONDS);
        refuse(request, response, 'rate_limited', 'this caller sends more than its rate allows; try again later');
        return false;
      }
      if (decision.kind === 'allowed') return true;
      const { reason, token } = decision;
      counts.denied(route.path, reason);
      log({ route: route.path, reason, token, address: request.socket.remoteAddress });
      const [code, message, challenge] = DENIALS[reason];
      const isOfToken = reason !== 'not_loopback' && reason !== 'foreign_origin';
      const scope = reason === 'scope_missing' ? `, scope="${route.scope}"` : '';
      if (isOfToken) response.setHeader('WWW-Authenticate', `Bearer realm="modelwatch"${challenge}${scope}`);
      refuse(request, response, code, message);
      return false;
    },
    use(config) {
      policy = createAccessPolicy(config);
    },
    get policy() {
      return policy;
    },
    callers: limiter,
  };
}

function rateOf(config: AccessConfig, rateClass: RateClass): number | undefined {
  switch (rateClass) {
    case 'unlimited':
      return undefined;
    case 'read':
      return config.readPerSecondMax;
    case 'ingest':
      return config.ingestPerSecondMax;
    case 'operate':
      return config.operatePerSecondMax;
  }
}

/** A short body is passed over, so that its connection can go on; one that is long or of no declared length ends with the answer. */
function refuse(request: IncomingMessage, response: ServerResponse, code: ErrorCode, message: string): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (encoding !== undefined || Number(length) > BODY_BYTES_PASSED_OVER_MAX) response.setHeader('Connection', 'close');
  else request.resume();
  sendError(response, code, message);
}
