import type { Logger } from 'pino';
import { systemClock } from '../clock.js';
import type { Sidecar } from './start-sidecar.js';

/** Ctrl-C in a terminal reaches a child from the terminal and from its parent: what comes so soon is the same wish. Nobody presses it twice as fast. */
export const SAME_SIGNAL_SECONDS = 0.5;

/** What a person at a terminal reads after Ctrl-C, of `run` and of `demo`. */
export const DRAINING = 'Draining: requests under way are answered, what was watched is written. Ctrl-C again ends it at once.\n';
export const STOPPED = 'Stopped.\n';
export const CUT_SHORT = 'Stopped before it had drained.\n';

export interface Signals {
  /** From now on SIGHUP reloads, and what ends the process drains first. A SIGHUP that came before is made up for. */
  started(sidecar: Pick<Sidecar, 'drain'>, reload: () => void): void;
}

/**
 * Listens from the first moment: a SIGHUP would end a process that is still starting, and the first process of a container would not hear its
 * SIGTERM. The first SIGTERM or SIGINT drains, a second one ends at once. A fault that nobody caught drains too: a supervisor starts the next
 * process. `say` reaches whoever sits at the terminal: the log may go elsewhere.
 */
export function listenToSignals(logger: Logger, say: (text: string) => void): Signals {
  let sidecar: Pick<Sidecar, 'drain'> | undefined;
  let reload: (() => void) | undefined;
  let isReloadDue = false;
  let endingSince: number | undefined;

  const end = (code: number, reason: string) => {
    const now = systemClock.monotonicSeconds();
    if (sidecar === undefined || (endingSince !== undefined && now - endingSince > SAME_SIGNAL_SECONDS)) {
      logger.info({ reason }, sidecar === undefined ? 'ended before it had started' : 'ended before it had drained');
      say(sidecar === undefined ? STOPPED : CUT_SHORT);
      process.exit(sidecar === undefined ? code : 1);
    }
    if (endingSince !== undefined) return;
    endingSince = now;
    logger.info({ reason }, 'draining');
    say(DRAINING);
    void sidecar.drain().then(
      () => {
        logger.info('drained');
        say(STOPPED);
        process.exit(code);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'the drain failed');
        say(CUT_SHORT);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      end(0, signal);
    });
  }
  process.on('SIGHUP', () => {
    if (reload === undefined) isReloadDue = true;
    else reload();
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, 'a fault that nobody caught');
      end(1, event);
    });
  }
  return {
    started(startedSidecar, startedReload) {
      sidecar = startedSidecar;
      reload = startedReload;
      if (isReloadDue) reload();
    },
  };
}
