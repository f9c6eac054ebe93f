import { describe, expect, it } from '@jest/globals';
import type { ModelConfig, PredictionBatch } from '@modelwatch/core';
import { createWatchedModel, type AnsweredRequest } from './watched-model.js';
import { createWatcher, type WatchEntry } from './watcher.js';

const CONFIG = {
  name: 'm',
  champion: { version: '1' },
  output: { kind: 'probability', threshold: 0.5 },
  slices: [{ name: 'tenant', header: 'x-tenant', valuesMax: 10 }],
} as unknown as ModelConfig;

function watcherOf(record: (batch: PredictionBatch) => void = () => undefined) {
  let seconds = 0;
  const skipped: string[] = [];
  const faults: string[] = [];
  const turns: number[] = [];
  const collected: string[] = [];
  const recorded: { readonly ids: readonly string[]; readonly outputs: readonly number[]; readonly tenants: readonly unknown[] }[] = [];
  const model = createWatchedModel({ config: CONFIG, baseline: undefined, localWindow: '10m', nowSeconds: 0 });
  const watcher = createWatcher({
    capacity: 100,
    bytesMax: 1_000_000,
    clock: { nowSeconds: () => seconds, monotonicSeconds: () => seconds++ },
    record(batch) {
      const { ids, outputs, slices, rows } = batch;
      recorded.push({ ids: [...ids], outputs: Array.from(outputs), tenants: slices[0]!.slice(0, rows) });
      record(batch);
    },
    onCollected: ({ name }, { id }) => collected.push(`${name} ${id}`),
    onSkipped: (name, reason) => skipped.push(`${name} ${reason}`),
    onFault: (stage, fault) => faults.push(`${stage} ${(fault as Error).message}`),
    onTurn: (_seconds, requests) => turns.push(requests),
  });
  const push = (request: WatchEntry['answered']) => {
    watcher.push({ model, answered: request, bytes: 1 });
  };
  return { watcher, model, push, skipped, faults, turns, collected, recorded };
}

const answered = (id: string, outputs: readonly number[], tenant?: string): AnsweredRequest => ({
  id,
  inputs: [{ name: 'x', datatype: 'FP64', shape: [outputs.length], data: new Float64Array(outputs.length) }],
  outputs: [{ name: 'p', datatype: 'FP64', shape: [outputs.length], data: Float64Array.from(outputs) }],
  headerSlices: [tenant],
});

describe('createWatcher', () => {
  it('collects the rows of several requests into one batch', () => {
    const { watcher, push, recorded, turns, model } = watcherOf();
    push(() => answered('a', [0.1], 'north'));
    push(() => answered('b', [0.2, 0.3]));
    watcher.drain();
    expect(recorded).toEqual([{ ids: ['a', 'b/0', 'b/1'], outputs: [0.1, 0.2, 0.3], tenants: ['north', undefined, undefined] }]);
    expect([turns, model.watch.predictions]).toEqual([[2], 3]);
  });

  it('tells of each request once, when all its rows are collected, and not of what cannot be watched', () => {
    const { watcher, push, collected } = watcherOf();
    push(() => answered('a', [0.1]));
    push(() => 'undecodable');
    push(() => ({ ...answered('no rows', [1]), inputs: [] }));
    push(() => answered('long', new Array<number>(10_000).fill(0.5)));
    watcher.drain();
    expect(collected).toEqual(['m a', 'm long']);
  });

  it('names rows by their own ids where they have some', () => {
    const { watcher, push, recorded } = watcherOf();
    push(() => ({ ...answered('r', [0.1, 0.2, 0.3]), rowIds: ['x', undefined, 'y'] }));
    watcher.drain();
    expect(recorded[0]!.ids).toEqual(['x', 'r/1', 'y']);
  });

  it('takes a request of more rows than a batch', () => {
    const { watcher, push, recorded, model } = watcherOf();
    push(() =>
      answered(
        'big',
        Array.from({ length: 1300 }, (_, row) => row),
      ),
    );
    watcher.drain();
    expect(recorded.map(({ ids }) => ids.length)).toEqual([512, 512, 276]);
    expect(recorded.flatMap(({ outputs }) => outputs)).toEqual(Array.from({ length: 1300 }, (_, row) => row));
    expect([recorded[2]!.ids.at(-1), model.watch.predictions]).toEqual(['big/1299', 1300]);
  });

  it('counts what cannot be watched, with its reason', () => {
    const { watcher, push, skipped, recorded } = watcherOf();
    for (const reason of ['undecodable', 'too_large', 'encoding'] as const) push(() => reason);
    push(() => ({ ...answered('a', [1]), inputs: [] }));
    watcher.drain();
    expect([skipped, recorded]).toEqual([['m undecodable', 'm too_large', 'm encoding', 'm shape'], []]);
  });

  it('contains a fault in decoding, and watches the rest', () => {
    const { watcher, push, faults, recorded } = watcherOf();
    push(() => {
      throw new Error('broken');
    });
    push(() => answered('a', [0.5]));
    watcher.drain();
    expect([faults, recorded.length]).toEqual([['decode broken'], 1]);
  });

  it('contains a fault in recording, and counts no row twice after it', () => {
    let failures = 1;
    const { watcher, push, faults, recorded, model } = watcherOf(() => {
      if (failures-- > 0) throw new Error('full');
    });
    push(() => answered('a', [0.5]));
    watcher.drain();
    push(() => answered('b', [0.5]));
    watcher.drain();
    expect(faults).toEqual(['observe full']);
    expect([recorded.map(({ ids }) => ids), model.watch.predictions]).toEqual([[['a'], ['b']], 2]);
  });

  it('counts every row of a request of many rows once, in parts', () => {
    const { watcher, model, push } = watcherOf();
    push(answered('large', new Array<number>(10_000).fill(0.5)));
    push(answered('small', [0.5]));
    watcher.drain();
    expect(model.watch.predictions).toBe(10_001);
  });
});
