import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Config } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { collectAtRest } from '../collect-at-rest.js';
import type { Output } from '../config/check-command.js';
import { CONFIG_FILE } from '../config/config-flag.js';
import { formatFaults, loadConfig } from '../config/index.js';
import { isLoopbackHost } from '../security/loopback.js';
import { createLogger } from '../telemetry/logger.js';
import { startTracing } from '../telemetry/tracing.js';
import { asPort } from './as-port.js';
import { listenToSignals } from './signals.js';
import { StartError } from './start-error.js';
import { startSidecar, type Sidecar } from './start-sidecar.js';

interface Flags {
  readonly config: string;
  readonly host?: string;
  readonly port?: number;
  readonly store?: string;
  readonly models?: string;
}

/** Where `run` writes: a terminal says that it is one. */
interface RunOutput extends Output {
  readonly stderr: Output['stderr'] & { readonly isTTY?: boolean };
}

/** Adds `modelwatch run`. */
export function addRunCommand(program: Command, version: string, output: RunOutput, exit: (code: number) => void): void {
  program
    .command('run')
    .summary('serve or proxy the configured models and watch their traffic')
    .description(
      'Serves or proxies the models of a configuration and watches their traffic. SIGHUP reads the configuration again; a faulty one is refused\n' +
        'and the present one kept. SIGTERM and SIGINT drain: requests under way are answered, what was watched is written; a second one ends at once.\n' +
        'Exit code: 0 after a drain; 1 where what is outside fails, such as a port that is taken; 2 where configuration, baseline or model is at fault.',
    )
    .option('--config <file>', 'the configuration', CONFIG_FILE)
    .option('--host <address>', 'address to listen on, instead of the configured one')
    .option('--port <port>', 'port to listen on, instead of the configured one; 0 takes a free one', asPort)
    .option('--store <file>', 'file of the store, instead of the configured one')
    .option('--models <folder>', "folder of the registry's files, instead of the configured one")
    .action(async (flags: Flags) => {
      const logger = createLogger(process.env);
      try {
        await run(flags, version, logger, output);
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        output.stderr.write(error.message);
        exit(error.exitCode);
      }
    });
}

async function run(flags: Flags, version: string, logger: Logger, { stderr }: RunOutput): Promise<void> {
  const signals = listenToSignals(logger, (text) => {
    if (stderr.isTTY === true) stderr.write(text);
  });
  const config = await configOf(flags);
  const tracing = await startTracing(process.env);
  const sidecar = await startSidecar({ config, version, clock: systemClock, logger, tracing }).catch(async (error: unknown) => {
    await tracing.close();
    throw error;
  });
  collectAtRest();
  logger.info({ url: sidecar.url, version, models: sidecar.serving }, 'listening');
  warnOfOpenIngest(config, logger);
  signals.started(sidecar, () => void reload(sidecar, flags, logger));
}

async function configOf({ config: file, host, port, store: storePath, models: modelsPath }: Flags): Promise<Config> {
  const loaded = await loadConfig(file, { files: 'served' });
  if (!loaded.ok) throw new StartError(2, formatFaults(loaded.faults));
  const { server, store, registry } = loaded.value;
  return {
    ...loaded.value,
    server: { ...server, host: host ?? server.host, port: port ?? server.port },
    store: { ...store, path: storePath ?? store.path },
    registry: { ...registry, path: modelsPath ?? registry.path },
  };
}

async function reload(sidecar: Sidecar, flags: Flags, logger: Logger): Promise<void> {
  try {
    await sidecar.reload(await configOf(flags));
    logger.info('the configuration was read again and is in force');
  } catch (error) {
    sidecar.reloadFailed();
    const why = error instanceof StartError ? error.message.trimEnd() : 'a fault of our own';
    logger.error(
      { faults: why, ...(error instanceof StartError ? {} : { err: error }) },
      'the configuration was refused; the present one stays',
    );
  }
}

/** Allowed for senders that can carry no token, and worth saying each time. */
function warnOfOpenIngest({ server: { host }, access }: Config, logger: Logger): void {
  if (access.open.includes('ingest') && !isLoopbackHost(host))
    logger.warn({ host }, 'predictions and ground truth are taken from whoever reaches the port: keep it inside a trusted network');
}
