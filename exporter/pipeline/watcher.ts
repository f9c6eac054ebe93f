import type { PredictionBatch } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { createWatchQueue, type WatchQueue } from './watch-queue.js';
import { collectRows, flushRows, type AnsweredRequest, type WatchedModel } from './watched-model.js';

/** Why an answered request was not watched. */
export type SkipReason = 'undecodable' | 'shape' | 'too_large' | 'encoding';

/** A request whose answer has left. What is not decoded yet is decoded in the queue, so that its cost is never the client's. */
export interface WatchEntry {
  readonly model: WatchedModel;
  readonly answered: AnsweredRequest | (() => AnsweredRequest | SkipReason);
  /** What it keeps in memory until then. */
  readonly bytes: number;
}

/** Everything that happens after the answer has left, for all models of the process. */
export interface Watcher {
  readonly queue: Pick<WatchQueue<WatchEntry>, 'length' | 'capacity' | 'bytes' | 'bytesMax' | 'dropped'>;
  /** Takes a request to be watched, or drops and counts it. Never throws. */
  push(entry: WatchEntry): void;
  drain(): void;
}

export interface WatcherOptions {
  readonly capacity: number;
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly record: (batch: PredictionBatch) => void;
  /** Told of each request once all its rows are collected: what scores it again may have a copy now. */
  readonly onCollected: (model: WatchedModel, answered: AnsweredRequest) => void;
  readonly onSkipped: (model: string, reason: SkipReason) => void;
  /** A fault of our own, caught: it cost a reading. */
  readonly onFault: (stage: 'decode' | 'observe', fault: unknown) => void;
  /** Time that watching took, and over how many requests. */
  readonly onTurn: (seconds: number, requests: number) => void;
}

export function createWatcher(options: WatcherOptions): Watcher {
  const { capacity, bytesMax, clock, record, onCollected, onSkipped, onFault, onTurn } = options;
  const dirty = new Set<WatchedModel>();
  let requests = 0;
  let turnStart = 0;
  /** A request of many rows whose first ones are collected. */
  let halfway: { readonly entry: WatchEntry; readonly answered: AnsweredRequest; readonly row: number } | undefined;

  const flushModel = (model: WatchedModel) => {
    flushRows(model, clock.nowSeconds(), record);
  };
  const decoded = (answered: WatchEntry['answered']): AnsweredRequest | SkipReason | undefined => {
    if (typeof answered !== 'function') return answered;
    try {
      return answered();
    } catch (fault) {
      onFault('decode', fault);
      return undefined;
    }
  };
  const queue = createWatchQueue<WatchEntry>({
    capacity,
    bytesMax,
    handle(entry) {
      const { model } = entry;
      if (requests++ === 0) turnStart = clock.monotonicSeconds();
      dirty.add(model);
      const answered = halfway?.entry === entry ? halfway.answered : decoded(entry.answered);
      const from = halfway?.entry === entry ? halfway.row : 0;
      halfway = undefined;
      if (answered === undefined) return true;
      if (typeof answered === 'string') {
        onSkipped(model.name, answered);
        return true;
      }
      const row = collectRows(model, answered, from, flushModel);
      if (row === false) onSkipped(model.name, 'shape');
      else if (row !== undefined) halfway = { entry, answered, row };
      else onCollected(model, answered);
      return halfway === undefined;
    },
    flush() {
      const nowSeconds = clock.nowSeconds();
      for (const model of dirty) flushRows(model, nowSeconds, record);
      dirty.clear();
      if (requests > 0) onTurn(clock.monotonicSeconds() - turnStart, requests);
      requests = 0;
    },
    onFault: (fault) => {
      onFault('observe', fault);
    },
  });
  return {
    queue,
    push(entry) {
      queue.push(entry);
    },
    drain() {
      queue.drain();
    },
  };
}
