import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { durationSeconds, type Config } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { isStoreOpenError, openSqliteStore, type Store } from '../store/index.js';
import { StartError } from './start-error.js';

/** Opens the embedded store, with its folder; models are told to it once they are there. */
export async function openStore(
  { store, registry, events, alertLog, snapshots, samples }: Config,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<Store> {
  if (store.path !== ':memory:') await makeFolder(path.dirname(store.path));
  try {
    return await openSqliteStore({
      path: store.path,
      models: [],
      queueEntriesMax: store.queueEntriesMax,
      predictionsMax: store.predictionsMax,
      retiredMax: store.retiredVersionsMax,
      asksMax: store.asksMax,
      bookLimits: {
        registry: { rowsMax: registry.versionsMax },
        events: { rowsMax: events.entriesMax, ageSecondsMax: durationSeconds(events.age) },
        alerts: {
          rowsMax: alertLog.entriesMax,
          ageSecondsMax: durationSeconds(alertLog.age),
          unheardSecondsMax: durationSeconds(alertLog.unheard),
        },
        snapshots: {
          rowsMax: snapshots.entriesMax,
          bytesMax: snapshots.bytesMax,
          ageSecondsMax: durationSeconds(snapshots.age),
          wholeAgeSecondsMax: durationSeconds(snapshots.windowsAge),
        },
        samples: { rowsMax: samples.entriesMax, bytesMax: samples.bytesMax, ageSecondsMax: durationSeconds(samples.age) },
      },
      clock,
      onFault: (message) => {
        logger.error({ fault: message }, 'the store failed');
      },
    });
  } catch (error) {
    if (isStoreOpenError(error)) throw new StartError(1, `the store cannot be opened: ${error.message}\n`, error);
    throw error;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new StartError(1, `the folder of the store cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unknown'})\n`, error);
  }
}
