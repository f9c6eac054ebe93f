import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { durationSeconds, type Config, type PredictionBatch } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { Watcher } from '../pipeline/watcher.js';
import { createApp, type Route } from '../routes/app.js';
import { createInferHandler } from '../routes/infer.js';
import { sidecarRoutes } from '../routes/index.js';
import type { Exchange, VersionName } from '../registry/index.js';
import { createBodySeal } from '../security/body-seal.js';
import { createGuard, type Guard } from '../security/guard.js';
import { storeModels, type StoreModel } from '../store/index.js';
import type { Tracing } from '../telemetry/tracing.js';
import { checkSeries } from './check-series.js';
import { closeAll, closeParts, IDLE_CHECK_MILLISECONDS, retire } from './close-models.js';
import { refuseOpenBind } from './open-bind.js';
import { createFaultLog } from './fault-log.js';
import { listen, type HttpServer } from './http-server.js';
import { ingestModels } from './ingest-models.js';
import { listenFault } from './listen-fault.js';
import { createMetrics, type Metrics } from './metrics.js';
import { mappedPaths } from './mapped-paths.js';
import type { ModelRuntime } from './model-runtime.js';
import { copyTakersLeftOut, EMPTY_SET, leftOut, nextSet, type ModelSet } from './model-set.js';
import { openBodyKey } from './open-body-key.js';
import { openStore } from './open-store.js';
import { createRegistryDesk } from './registry-desk.js';
import { crossAlone, directly, storeBehind, type Cross } from './seams.js';
import { createSampleKeeper } from '../samples/sample-keeper.js';
import { createSnapshotter } from '../snapshots/snapshotter.js';
import { createChangeStream } from '../stream/change-stream.js';
import { marksOf } from '../stream/marks.js';
import { StartError } from './start-error.js';
import { watcherOf } from './watcher-of.js';

export interface SidecarOptions {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tracing: Tracing;
  /** How seams are gone through: a test may put faults there. */
  readonly cross?: Cross;
}

/** A running sidecar. */
export interface Sidecar {
  /** Where it listens, such as http://127.0.0.1:9810. */
  readonly url: string;
  /** What is served now, each model with its version, for the log. */
  readonly serving: readonly string[];
  /** Every route but inference. */
  readonly routes: readonly Route[];
  /**
   * Puts another configuration in force, one after the other. Throws and keeps the present one where a model, a baseline, the registry or the
   * number of series says no, or during a drain. What concerns the server, the queues or the folders waits for the next start.
   */
  reload(config: Config): Promise<void>;
  /** Told of a configuration that could not be put in force, for the metric. */
  reloadFailed(): void;
  /** Not ready any more, no new connections; requests under way are answered, what was watched is written. May be called twice. */
  drain(): Promise<void>;
}

/** Loads the models, opens the store and listens. Throws a StartError that says what stands in the way; nothing is left running then. */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const { clock, logger, tracing, version, cross = directly } = options;
  refuseOpenBind(options.config.server.host, options.config.access);
  /** As it was read; where it leaves versions to the registry, `config` has them. */
  let asked = options.config;
  let config = asked;
  const store = await openStore(config, { clock, logger });
  let set: ModelSet = EMPTY_SET;
  let mapped: ReadonlyMap<string, ModelRuntime> = new Map();
  let ingest: ReturnType<typeof ingestModels> = new Map();
  let modelsInStore: readonly StoreModel[] = [];
  let accepting = false;
  let draining: Promise<void> | undefined;
  let reloading: Promise<void> = Promise.resolve();

  const models = () => set.models;
  const snapshots = createSnapshotter({
    store,
    windowSeconds: durationSeconds(config.snapshots.window),
    clock,
    onFault(message) {
      logger.warn({ fault: message }, 'a snapshot could not be written; its counts go into the next');
    },
  });
  const useSet = (next: ModelSet) => {
    set = next;
    ingest = ingestModels(next.models, alone);
    mapped = mappedPaths(next.models);
    snapshots.use(next.models);
  };
  const desk = createRegistryDesk({
    config,
    store: () => store,
    logger,
    exchange: {
      served: (model) => set.models.get(model)?.version,
      to: (version, commit) => exchange(version, commit),
    },
    refresh: () => inTurn(() => putInForce(asked)),
  });
  const metrics: Metrics = createMetrics({
    config: () => config,
    models,
    readings: () => store.readings(),
    registry: () => desk.readings,
    snapshots: () => snapshots.counts,
    stream: () => changes.counts,
    sampling: () => keeper.queue,
    watchQueue: () => watcher.queue,
    guard: () => guard,
    clock,
    version,
  });
  const changes = createChangeStream({
    marks: () => marksOf({ models: models(), versions: desk.readings.view.versions, readings: store.readings() }),
    listenersMax: config.server.streamListenersMax,
    monotonicSeconds: clock.monotonicSeconds,
  });
  const guard: Guard = createGuard({ access: config.access, clock, logger, counts: metrics.access });
  const logFault = createFaultLog(logger, clock);
  const alone = crossAlone(cross, (fault) => {
    metrics.self.watchErrors.child('observe').value++;
    logFault('observe', fault);
  });
  const record = (batch: PredictionBatch) => {
    alone('record', () => {
      store.recordPredictions(batch);
    });
  };
  const watcher = watcherOf(config, metrics, {
    clock,
    logFault,
    record,
    onCollected(watched, answered) {
      const model = set.models.get(watched.name);
      // Of a model that a reload has exchanged meanwhile nothing is scored again.
      if (model?.watched !== watched) return;
      // Each by itself: what one of them suffers must not cost the others their copy.
      alone('schema', () => watched.schema?.checkRequest(answered.inputs, watched.features, { findings: answered.findings }));
      alone('freshness', () => watched.freshness?.observeRequest(answered, clock.nowSeconds()));
      alone('parity', () => model.parity?.offer(answered));
      alone('sample', () => model.sampler?.offer(answered));
      for (const { shadow } of model.challengers) {
        alone('shadow', () => {
          shadow.offer(answered);
        });
      }
      alone('estimate', () => model.errorModel?.estimator.offer(answered));
      const { source } = model;
      alone('explain', () => (source.kind === 'onnx' ? source.explainer?.offer(answered) : undefined));
    },
  });
  const keeper = createSampleKeeper({
    store,
    capacity: config.samples.queueEntriesMax,
    onFault(fault) {
      logFault('sample', fault);
    },
  });
  const onRefused = (model: string, code: string) => {
    metrics.self.validationErrors.child(model, code).value++;
  };
  const deps = { clock, logger, requestSeries: metrics.requests.of, record, keeper };

  let http: HttpServer;
  let routes: readonly Route[];
  try {
    const bodyKey = await openBodyKey(config.store.path);
    config = await desk.production.resolve(asked);
    await desk.readings.view.refresh();
    useSet(await nextSet(EMPTY_SET, config, deps));
    store.use((modelsInStore = modelsOf(config, set)));
    checkSeries(metrics, config);
    const { server } = config;
    const isAccepting = () => accepting;
    const onFault = (fault: unknown) => {
      logFault('infer', fault);
    };
    const push: Watcher['push'] = (entry) => {
      alone('watch', () => {
        watcher.push(entry);
      });
    };
    const stored = storeBehind(cross, store);
    const infer = createInferHandler({ ...server, alone, models, guard, watcher: { push }, tracing, ...clock, onFault, onRefused });
    routes = sidecarRoutes({
      models,
      ingestModels: () => ingest,
      store: () => stored,
      registry: { render: (format) => cross('metrics', () => metrics.registry.render(format)) },
      registrar: () => desk.registrar,
      cost: metrics.costs.read,
      changes: () => changes,
      bodies: createBodySeal(bodyKey),
      clock,
      version,
      eventsBytesMax: server.eventsBytesMax,
      isAccepting,
      onRefused,
    });
    const app = createApp(routes, { logger, guard, requests: metrics.self.httpRequests, onRefused });
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
  const deskStarted = Promise.all([desk.start(), snapshots.start()]);

  /**
   * Loads what a configuration asks for beside what is in force, and exchanges the two in one turn once `commit` has resolved. Rejects with
   * everything as it was.
   */
  const putInForce = async (
    next: Config,
    instead?: VersionName,
    commit?: () => Promise<void>,
  ): Promise<{ readonly retired: Promise<void> }> => {
    const before = set;
    const resolved = await desk.production.resolve(asStarted(next, config), instead);
    const after = await nextSet(before, resolved, deps);
    try {
      refuseWhileDraining();
      refuseOpenBind(config.server.host, next.access);
      trySeries(after, resolved);
      await commit?.();
    } catch (error) {
      await closeParts(leftOut(after, before), copyTakersLeftOut(after, before));
      throw error;
    }
    // What was answered under a name that goes is counted under it.
    if ([...before.models.keys()].some((name) => !after.models.has(name))) watcher.drain();
    asked = next;
    config = resolved;
    guard.use(config.access);
    const models = modelsOf(config, after);
    if (JSON.stringify(models) !== JSON.stringify(modelsInStore)) store.use((modelsInStore = models));
    useSet(after);
    metrics.requests.forgetRetired(config.store.retiredVersionsMax);
    const retired = Promise.all([
      ...leftOut(before, after).map((model) => retire(model, config)),
      ...copyTakersLeftOut(before, after).map((taker) => taker.close()),
    ]);
    return { retired: retired.then(() => undefined) };
  };
  /** One after the other: each starts from what the one before has left in force. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = reloading.then(() => {
      refuseWhileDraining();
      return work();
    });
    reloading = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };
  const exchange: Exchange['to'] = (version, commit) => inTurn(() => putInForce(asked, version, commit));
  const reload = async (next: Config) => {
    if (JSON.stringify(asStarted(next, config)) !== JSON.stringify(next)) {
      logger.warn('changes of server, watch, store, registry, events, snapshots or samples take effect at the next start');
    }
    const { retired } = await putInForce(next);
    metrics.self.reloaded(true, clock.nowSeconds());
    await retired;
    await desk.readings.view.refresh();
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
    changes.close();
    const idle = setInterval(() => {
      http.closeIdle();
    }, IDLE_CHECK_MILLISECONDS);
    const timer = new AbortController();
    const ended = new AbortController();
    const late = sleep(durationSeconds(config.server.drainTimeout) * 1000, undefined, { signal: timer.signal }).then(
      () => {
        logger.warn('the drain has taken as long as it may: what is still under way is ended');
        ended.abort();
        http.destroy();
      },
      () => undefined,
    );
    await http.closed;
    clearInterval(idle);
    // A reload that has begun gives up before it puts anything in force.
    await Promise.race([reloading, late]);
    await Promise.race([deskStarted.then(() => desk.close()), late]);
    watcher.drain();
    await Promise.race([Promise.all([snapshots.close(ended.signal), keeper.drain()]), late]);
    timer.abort();
    await closeAll(set, store);
    await tracing.close();
  };

  return {
    url: http.url,
    get serving() {
      return [...set.models.values()].map((model) => `${model.name} ${model.version}`);
    },
    routes,
    reload(next) {
      return inTurn(() => reload(next));
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

/** What concerns the server, the queues and the folders stays as it was at the start. */
function asStarted(next: Config, { server, watch, store, registry, events, snapshots, samples }: Config): Config {
  return { ...next, server, watch, store, registry, events, snapshots, samples };
}

/** What the store must know of the models in force. */
const modelsOf = ({ models: configs }: Config, { models }: ModelSet) => storeModels(configs, ({ name }) => models.get(name)?.baseline);
