import type { Logger } from 'pino';
import type { Clock } from '../clock.js';

/** A fault that comes with every request is worth a line a minute, not a line a request. */
const PAUSE_SECONDS = 60;

/** Logs faults that cost no answer, one of a stage a minute, with the number of those passed over. Stages are few and fixed. */
export function createFaultLog(
  logger: Logger,
  { monotonicSeconds }: Pick<Clock, 'monotonicSeconds'>,
): (stage: string, fault: unknown) => void {
  const last = new Map<string, { seconds: number; passedOver: number }>();
  return (stage, fault) => {
    const now = monotonicSeconds();
    const before = last.get(stage);
    if (before !== undefined && now - before.seconds < PAUSE_SECONDS) {
      before.passedOver++;
      return;
    }
    logger.error({ err: fault, stage, passedOver: before?.passedOver ?? 0 }, 'a fault was caught; requests go on being answered');
    last.set(stage, { seconds: now, passedOver: 0 });
  };
}
