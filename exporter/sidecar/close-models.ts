import { setTimeout as sleep } from 'node:timers/promises';
import { durationSeconds, type Config } from '@modelwatch/core';
import type { Store } from '../store/index.js';
import { closeModel, closeSource, type CopyTaker, type ModelRuntime } from './model-runtime.js';
import type { ModelSet } from './model-set.js';

/** How often it is looked whether what ends has ended. */
export const IDLE_CHECK_MILLISECONDS = 20;

/** Closes a model that is no longer asked once what it was asked is answered, or the time of a drain has passed. */
export async function retire({ source, calls }: ModelRuntime, { server }: Config): Promise<void> {
  const turns = (durationSeconds(server.drainTimeout) * 1000) / IDLE_CHECK_MILLISECONDS;
  for (let turn = 0; calls.underWay > 0 && turn < turns; turn++) await sleep(IDLE_CHECK_MILLISECONDS);
  await closeSource(source);
}

/** Closes every model of a set, then the store. */
export async function closeAll({ models }: ModelSet, store: Store): Promise<void> {
  // What challengers answer until they end is still written.
  await Promise.all([...models.values()].map(closeModel));
  await store.close();
}

/** Closes what a set has besides another one. */
export async function closeParts(models: readonly ModelRuntime[], copyTakers: readonly CopyTaker[]): Promise<void> {
  await Promise.all([...models.map(({ source }) => closeSource(source)), ...copyTakers.map((taker) => taker.close())]);
}
