import { pino } from 'pino';
import { systemClock } from '../clock.js';
import { parseConfig } from '../config/index.js';
import { createGuard, type Guard } from '../security/guard.js';

/** The guard of a configuration that says nothing of access: whoever is on loopback may do everything. */
export function loopbackGuard(): Guard {
  const config = parseConfig('models: [{ name: m, champion: { version: "1" } }]', 'modelwatch.yaml');
  if (!config.ok) throw new Error('the configuration is at fault');
  const counts = { denied: () => undefined, rateLimited: () => undefined };
  return createGuard({ access: config.value.access, clock: systemClock, logger: pino({ level: 'silent' }), counts });
}
