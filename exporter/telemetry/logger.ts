import { pino, type Logger } from 'pino';

const LEVELS: ReadonlySet<string> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

/**
 * Structured logs on stdout, a JSON object a line. Fields are named by hand at each call: no request, header or feature value is ever logged
 * as a whole. The level comes from MODELWATCH_LOG_LEVEL.
 */
export function createLogger(env: NodeJS.ProcessEnv): Logger {
  const asked = env['MODELWATCH_LOG_LEVEL']?.toLowerCase() ?? '';
  return pino({
    level: LEVELS.has(asked) ? asked : 'info',
    base: { service: 'modelwatch' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  });
}
