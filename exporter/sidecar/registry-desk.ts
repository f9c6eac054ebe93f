import type { Logger } from 'pino';
import type { Config } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import {
  createEmbeddedRegistry,
  createPromoter,
  createRegistrar,
  createRegistryView,
  openModelFiles,
  type Exchange,
  type ModelFiles,
  type Promoter,
  type Registrar,
  type RegistryView,
} from '../registry/index.js';
import type { Store } from '../store/index.js';
import { createProduction, type Production } from './production.js';
import { StartError } from './start-error.js';

/** How often it is looked whether a promotion was left open, by a store that was down. */
const RESUME_MILLISECONDS = 5000;

/** Everything of the registry in one sidecar. */
export interface RegistryDesk {
  readonly production: Production;
  readonly registrar: Registrar;
  readonly readings: RegistryReadings;
  /** Carries on what a crash has left open, and looks for such from time to time. */
  start(): Promise<void>;
  /** Waits until no promotion is under way. None is begun afterwards by itself. */
  close(): Promise<void>;
}

/** For metrics and pages: reads memory alone. */
export interface RegistryReadings {
  readonly view: RegistryView;
  readonly promotions: Promoter['counts'];
  readonly files: { readonly bytes: number; readonly bytesMax: number; readonly dropped: number };
}

export interface RegistryDeskOptions {
  readonly config: Config;
  readonly store: () => Store;
  readonly exchange: Exchange;
  /** Puts in force what the registry says now. Rejects with everything as it was. */
  readonly refresh: () => Promise<unknown>;
  readonly logger: Logger;
}

/** Puts the registry together. Nothing is read or made yet. */
export function createRegistryDesk({ config, store, exchange, refresh, logger }: RegistryDeskOptions): RegistryDesk {
  const registry = createEmbeddedRegistry(store);
  const view = createRegistryView(registry);
  const files = filesOnce(config, logger);
  const promoter = createPromoter({
    registry,
    exchange,
    onStep(step, { id, model, version, previous, reason }) {
      const about = { promotion: id, model, version, previous, reason };
      if (step === 'aborted') logger.warn(about, 'promotion aborted');
      else logger.info(about, `promotion ${step.replace('_', ' ')}`);
    },
    reasonOf(fault) {
      logger.error({ err: fault }, 'a version cannot take over');
      return fault instanceof StartError ? fault.told : undefined;
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const resume = async () => {
    const resumed = await promoter.resume();
    if (!resumed.ok) logger.warn({ fault: resumed.error.message }, 'promotions that are open cannot be carried on now');
    await view.refresh();
  };

  return {
    production: createProduction({ registry, files: files.open, logger }),
    registrar: createRegistrar({
      registry,
      view,
      promoter,
      files: files.open,
      onStaged() {
        refresh().catch((fault: unknown) => {
          logger.warn({ err: fault }, 'a stage has changed, which comes in force with the next reload');
        });
      },
    }),
    readings: {
      view,
      promotions: promoter.counts,
      get files() {
        const { bytes = 0, dropped = 0 } = files.opened ?? {};
        return { bytes, bytesMax: config.registry.filesBytesMax, dropped };
      },
    },
    async start() {
      await resume();
      timer = setInterval(() => void resume(), RESUME_MILLISECONDS).unref();
    },
    async close() {
      clearInterval(timer);
      await promoter.idle();
    },
  };
}

/** The private folder, made when it is first needed; where it cannot be, the next time tries again. */
function filesOnce({ registry: { path, inbox, filesBytesMax } }: Config, logger: Logger) {
  let opening: Promise<Result<ModelFiles>> | undefined;
  let opened: ModelFiles | undefined;
  const open = async (): Promise<Result<ModelFiles>> => {
    try {
      opened = await openModelFiles({ directory: path, inbox, bytesMax: filesBytesMax });
      return succeed(opened);
    } catch (error) {
      opening = undefined;
      logger.error({ err: error }, 'the folder of the registry cannot be used');
      return fail('files_unavailable', 'the folder of the registry cannot be made, read or is not private');
    }
  };
  return {
    open: () => (opening ??= open()),
    get opened() {
      return opened;
    },
  };
}
