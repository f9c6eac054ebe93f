import { describe, expect, it } from '@jest/globals';
import type { Baseline, ModelConfig } from '@modelwatch/core';
import { createRecentRows } from './recent-rows.js';

const WINDOW_SECONDS = 100;
const baselineOf = (count: number) =>
  ({
    features: Array.from({ length: count }, (_, i) => ({ name: `f${i}`, kind: i === 0 ? 'numeric' : 'categorical' })),
  }) as unknown as Baseline;
const keeping = (recentRowsMax: number, features = 2) =>
  createRecentRows({ multivariate: { recentRowsMax } } as unknown as ModelConfig, baselineOf(features), WINDOW_SECONDS);
const batch = (from: number, rows: number, timeSeconds: number) => ({
  rows,
  timeSeconds,
  features: [
    Float64Array.from({ length: rows }, (_, i) => from + i),
    Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? null : `t${from + i}`)),
  ],
});
const numbers = (recent: ReturnType<typeof keeping>) => [...(recent!.take().columns[0] as Float64Array)].sort((a, b) => a - b);

describe('createRecentRows', () => {
  it('keeps the first rows as they come, and copies of them', () => {
    const recent = keeping(10)!;
    const given = batch(0, 4, 5);
    recent.observe(given);
    given.features[0]!.fill(-1 as never);
    expect([recent.rows, recent.capacity]).toEqual([4, 10]);
    expect(recent.take()).toEqual({ rows: 4, columns: [Float64Array.of(0, 1, 2, 3), [null, 't1', null, 't3']] });
  });

  it('takes no more than its capacity in a window once it is full, and then reaches back about one', () => {
    const recent = keeping(10)!;
    recent.observe(batch(0, 50, 0));
    expect(numbers(recent)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // A row every ten seconds, whatever comes.
    for (let second = 1; second <= 1000; second++) recent.observe(batch(1000 * second, 30, second));
    const kept = numbers(recent);
    expect(kept.slice(1).map((value, i) => value - kept[i]!)).toEqual(new Array(9).fill(10_000));
    expect(kept.at(-1)).toBeGreaterThan(990_000);
  });

  it('takes what is missing or of another type for missing', () => {
    const recent = keeping(5)!;
    recent.observe({ rows: 2, timeSeconds: 0, features: [undefined, [1, 2] as never] });
    expect(recent.take().columns).toEqual([Float64Array.of(NaN, NaN), ['1', '2']]);
  });

  it('keeps none where the clock goes back that it would not have kept else', () => {
    const recent = keeping(2)!;
    recent.observe(batch(0, 2, 1000));
    recent.observe(batch(10, 2, 0));
    expect(numbers(recent)).toEqual([0, 1]);
  });

  it('holds a million values at most, and nothing where none are asked for', () => {
    expect(keeping(10_000, 1000)!.capacity).toBe(1000);
    expect([keeping(0), keeping(10, 0)]).toEqual([undefined, undefined]);
    expect(keeping(10)!.take()).toEqual({ rows: 0, columns: [] });
  });
});
