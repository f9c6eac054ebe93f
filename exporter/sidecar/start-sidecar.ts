import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { durationSeconds, type Config } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { createWatcher, type Watcher } from '../pipeline/watcher.js';
import { createApp } from '../routes/app.js';
import { createInferHandler } from '../routes/infer.js';
import { sidecarRoutes } from '../routes/index.js';
import type { Store } from '../store/index.js';
import type { Tracing } from '../telemetry/tracing.js';
import type { Challenger } from './challenger.js';
import { createFaultLog } from './fault-log.js';
import { listen, type HttpServer } from './http-server.js';
import { ingestModels } from './ingest-models.js';
import { listenFault } from './listen-fault.js';
import { createMetrics, type Metrics } from './metrics.js';
import { closeModel, closeSource, type ModelRuntime } from './model-runtime.js';
import { challengersLeftOut, EMPTY_SET, leftOut, nextSet, type ModelSet } from './model-set.js';
import { openStore } from './open-store.js';
import { StartError } from './start-error.js';

export interface SidecarOptions {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tracing: Tracing;
}

/** A running sidecar. */
export interface Sidecar {
  /** Where it listens, such as http://127.0.0.1:9810. */
  readonly url: string;
  /**
   * Puts another configuration in force, one after the other. Throws and keeps the present one where a model, a baseline, the number of series
   * or the store says no, or during a drain. What concerns the server or the queues waits for the next start.
   */
  reload(config: Config): Promise<void>;
  /** Told of a configuration that could not be put in force, for the metric. */
  reloadFailed(): void;
  /** Not ready any more, no new connections; requests under way are answered, what was watched is written. May be called twice. */
  drain(): Promise<void>;
}

/** How often it is looked whether what ends has ended. */
const IDLE_CHECK_MILLISECONDS = 20;

/** Loads the models, opens the store and listens. Throws a StartError that says what stands in the way; nothing is left running then. */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const { clock, logger, tracing, version } = options;
  let config = options.config;
  let set: ModelSet = EMPTY_SET;
  let mapped: ReadonlyMap<string, ModelRuntime> = new Map();
  let ingest: ReturnType<typeof ingestModels> = new Map();
  let store: Store | undefined;
  let storeIsLost = false;
  let accepting = false;
  let draining: Promise<void> | undefined;
  let reloading: Promise<void> = Promise.resolve();

  const models = () => set.models;
  const storeInForce = (): Store => {
    if (store === undefined) throw new Error('the store is opened before anything asks for it');
    return store;
  };
  const useSet = (next: ModelSet) => {
    set = next;
    ingest = ingestModels(next.models);
    mapped = mappedPaths(next.models);
  };
  const metrics: Metrics = createMetrics({
    config: () => config,
    models,
    readings: () => storeInForce().readings(),
    watchQueue: () => watcher.queue,
    clock,
    version,
  });
  const logFault = createFaultLog(logger, clock);
  const watcher = watcherOf(config, metrics, {
    clock,
    logFault,
    record: (batch) => storeInForce().recordPredictions(batch),
    onCollected(watched, answered) {
      const model = set.models.get(watched.name);
      // Of a model that a reload has exchanged meanwhile nothing is scored again.
      if (model?.watched !== watched) return;
      for (const { shadow } of model.challengers) shadow.offer(answered);
      if (model.source.kind === 'onnx') model.source.explainer?.offer(answered);
    },
  });
  const onRefused = (model: string, code: string) => {
    metrics.self.validationErrors.child(model, code).value++;
  };
  const deps = { clock, logger, requestSeries: metrics.requestSeries, scoringSeconds: metrics.scoringSeconds };

  useSet(await nextSet(EMPTY_SET, config, deps));
  let http: HttpServer;
  try {
    store = await openStore(config, set.models, deps);
    checkSeries(metrics, config);
    const { server } = config;
    const isAccepting = () => accepting;
    const onFault = (fault: unknown) => {
      logFault('infer', fault);
    };
    const infer = createInferHandler({ ...server, models, watcher, tracing, ...clock, onFault, onRefused });
    const routes = sidecarRoutes({
      models,
      ingestModels: () => ingest,
      store: storeInForce,
      registry: metrics.registry,
      clock,
      version,
      eventsBytesMax: server.eventsBytesMax,
      isAccepting,
      onRefused,
    });
    const app = createApp(routes, { logger, requests: metrics.self.httpRequests, onRefused });
    const onAcceptFault = (error: Error) => {
      logFault('accept', error);
    };
    http = await listen({ ...server, app, infer, mappedPaths: () => mapped, onAcceptFault }).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      throw new StartError(1, `modelwatch: ${listenFault(server.host, server.port, code)}\n`, error);
    });
  } catch (error) {
    await closeAll(set, store);
    throw error;
  }
  accepting = true;
  metrics.self.reloaded(true, clock.nowSeconds());

  /** Closes the store in force and opens it for other models; where that fails, opens it again for the present ones. */
  const reopenStore = async (next: Config, after: ModelSet) => {
    // One writer at a time: for this moment events are refused with 503 and sent again.
    watcher.drain();
    await storeInForce().close();
    try {
      store = await openStore(next, after.models, deps);
      storeIsLost = false;
    } catch (error) {
      storeIsLost = true;
      // Its own fault says no more than the first: without a store, inference goes on and events are refused until a reload opens one.
      await openStore(config, set.models, deps).then(
        (reopened) => {
          store = reopened;
          storeIsLost = false;
        },
        () => undefined,
      );
      throw error;
    }
  };
  const putInForce = async (asked: Config) => {
    const before = set;
    const next = { ...asked, server: config.server, watch: config.watch, store: config.store };
    const after = await nextSet(before, next, deps);
    const made = leftOut(after, before);
    try {
      refuseWhileDraining();
      trySeries(after, next);
      if (storeIsLost || made.length > 0 || storeKey(next) !== storeKey(config)) await reopenStore(next, after);
    } catch (error) {
      await closeParts(made, challengersLeftOut(after, before));
      throw error;
    }
    if (JSON.stringify([asked.server, asked.watch, asked.store]) !== JSON.stringify([config.server, config.watch, config.store])) {
      logger.warn('changes of server, watch or store take effect at the next start');
    }
    config = next;
    useSet(after);
    metrics.self.reloaded(true, clock.nowSeconds());
    await Promise.all([
      ...leftOut(before, after).map((model) => retire(model, config)),
      ...challengersLeftOut(before, after).map((challenger) => challenger.close()),
    ]);
  };
  const refuseWhileDraining = () => {
    if (draining !== undefined) throw new StartError(1, 'the sidecar is draining: no configuration is put in force any more\n');
  };
  /** Counts the series as they would be, in one turn, so that no scrape sees them. */
  const trySeries = (after: ModelSet, next: Config) => {
    const before = set;
    useSet(after);
    try {
      checkSeries(metrics, next);
    } finally {
      useSet(before);
    }
  };

  const drain = async () => {
    accepting = false;
    http.stopAccepting();
    const idle = setInterval(() => {
      http.closeIdle();
    }, IDLE_CHECK_MILLISECONDS);
    const timer = new AbortController();
    const late = sleep(durationSeconds(config.server.drainTimeout) * 1000, undefined, { signal: timer.signal }).then(
      () => {
        logger.warn('the drain has taken as long as it may: what is still under way is ended');
        http.destroy();
      },
      () => undefined,
    );
    await http.closed;
    clearInterval(idle);
    // A reload that has begun gives up before it puts anything in force.
    await Promise.race([reloading, late]);
    timer.abort();
    watcher.drain();
    await closeAll(set, store);
    await tracing.close();
  };

  return {
    url: http.url,
    reload(next) {
      // One after the other: each starts from what the one before has left in force.
      const mine = reloading.then(() => {
        refuseWhileDraining();
        return putInForce(next);
      });
      reloading = mine.catch(() => undefined);
      return mine;
    },
    reloadFailed() {
      metrics.self.reloaded(false, clock.nowSeconds());
    },
    drain() {
      draining ??= drain();
      return draining;
    },
  };
}

/** Closes a model that is no longer asked once what it was asked is answered, or the time of a drain has passed. */
async function retire({ source, calls }: ModelRuntime, { server }: Config): Promise<void> {
  const turns = (durationSeconds(server.drainTimeout) * 1000) / IDLE_CHECK_MILLISECONDS;
  for (let turn = 0; calls.underWay > 0 && turn < turns; turn++) await sleep(IDLE_CHECK_MILLISECONDS);
  await closeSource(source);
}

async function closeAll({ models }: ModelSet, store: Store | undefined): Promise<void> {
  await Promise.all([...[...models.values()].map(closeModel), store?.close()]);
}

async function closeParts(models: readonly ModelRuntime[], challengers: readonly Challenger[]): Promise<void> {
  await Promise.all([...models.map(({ source }) => closeSource(source)), ...challengers.map((challenger) => challenger.close())]);
}

function watcherOf(
  { watch }: Config,
  { self }: Metrics,
  {
    clock,
    logFault,
    record,
    onCollected,
  }: Pick<Parameters<typeof createWatcher>[0], 'clock' | 'record' | 'onCollected'> & {
    readonly logFault: ReturnType<typeof createFaultLog>;
  },
): Watcher {
  return createWatcher({
    capacity: watch.queueEntriesMax,
    bytesMax: watch.queueBytesMax,
    clock,
    record,
    onCollected,
    onSkipped(model, reason) {
      self.watchSkipped.child(model, reason).value++;
    },
    onFault(stage, fault) {
      self.watchErrors.child(stage).value++;
      logFault(stage, fault);
    },
    onTurn(seconds, requests) {
      self.watchDuration.observeMany(seconds / requests, requests);
    },
  });
}

/** A configuration whose series would not fit is refused: better now than at a scrape in the night. */
function checkSeries({ registry }: Metrics, { watch, models }: Config): void {
  const bySlice = models.flatMap(({ slices }) => slices.map(({ valuesMax }) => (valuesMax + 1) * 5));
  const series = registry.countSeries() + bySlice.reduce((sum, count) => sum + count, 0);
  if (series > watch.seriesMax) {
    throw new StartError(2, `the models make up to ${series} series on /metrics, watch.seriesMax allows ${watch.seriesMax}\n`);
  }
}

/** What the store must know of the models, as text to compare. */
const storeKey = ({ models }: Config): string =>
  JSON.stringify(models.map(({ name, output, groundTruth, slices, champion }) => [name, output, groundTruth, slices, champion.version]));

function mappedPaths(models: ReadonlyMap<string, ModelRuntime>): ReadonlyMap<string, ModelRuntime> {
  const paths = new Map<string, ModelRuntime>();
  for (const model of models.values()) {
    if (model.source.kind === 'upstream' && model.source.config.mapping !== undefined) paths.set(model.source.config.mapping.path, model);
  }
  return paths;
}
