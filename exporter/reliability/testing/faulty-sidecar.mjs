// A sidecar in whose seams faults can be put while it runs: node faulty-sidecar.mjs <configuration>, forked. It is told {seam, kind, milliseconds} and
// tells {url} once it listens, and {met}, how often the fault has been met, for each message.
import { pino } from 'pino';
import { systemClock } from '../../dist/clock.js';
import { loadConfig } from '../../dist/config/index.js';
import { startSidecar } from '../../dist/sidecar/start-sidecar.js';
import { startTracing } from '../../dist/telemetry/tracing.js';

let fault = { seam: 'none', kind: 'none', milliseconds: 0 };
let met = 0;

function cross(seam, work) {
  if (seam !== fault.seam) return work();
  met++;
  switch (fault.kind) {
    case 'throws':
      throw new Error('a fault that was put here');
    case 'rejects':
      return Promise.reject(new Error('a fault that was put here'));
    case 'never ends':
      return new Promise(() => undefined);
    default: {
      const end = performance.now() + fault.milliseconds;
      while (performance.now() < end);
      return work();
    }
  }
}

const loaded = await loadConfig(process.argv[2]);
const sidecar = await startSidecar({
  config: { ...loaded.value, server: { ...loaded.value.server, port: 0 } },
  version: '0.0.0-test',
  clock: systemClock,
  logger: pino({ level: 'silent' }),
  tracing: await startTracing({}),
  cross,
});
process.on('message', (message) => {
  if (message.seam !== undefined) {
    fault = message;
    met = 0;
  }
  process.send({ met });
});
process.send({ url: sidecar.url });
