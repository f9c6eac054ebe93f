import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { DenialReason } from './access-policy.js';

export interface LoggedDenial {
  readonly route: string;
  readonly reason: DenialReason;
  /** Name of the token where it is known; the token itself is never logged. */
  readonly token: string | undefined;
  readonly address: string | undefined;
}

/** Whoever guesses tokens is worth a line a minute, not a line a guess. */
const PAUSE_SECONDS = 60;

/** Logs refusals: one of a route and reason a minute, with the number of those passed over. Routes and reasons are few and fixed. */
export function createDenialLog(logger: Logger, { monotonicSeconds }: Pick<Clock, 'monotonicSeconds'>): (denial: LoggedDenial) => void {
  const last = new Map<string, { seconds: number; passedOver: number }>();
  return ({ route, reason, token, address }) => {
    const key = `${reason} ${route}`;
    const now = monotonicSeconds();
    const before = last.get(key);
    if (before !== undefined && now - before.seconds < PAUSE_SECONDS) {
      before.passedOver++;
      return;
    }
    logger.warn({ route, reason, token, address, passedOver: before?.passedOver ?? 0 }, 'a request was denied');
    last.set(key, { seconds: now, passedOver: 0 });
  };
}
