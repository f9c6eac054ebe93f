import type { Config } from '@modelwatch/core';
import { createWatcher, type Watcher } from '../pipeline/watcher.js';
import type { createFaultLog } from './fault-log.js';
import type { Metrics } from './metrics.js';

/** The watcher of a sidecar: what it skips and where it fails is counted. */
export function watcherOf(
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
