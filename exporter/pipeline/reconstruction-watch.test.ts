import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { seededRandom, type Baseline, type ModelConfig } from '@modelwatch/core';
import { createReconstructionWatch } from './reconstruction-watch.js';

const baseline = JSON.parse(
  await readFile(path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'evaluated.json'), 'utf8'),
) as Baseline;
const watchOf = (sampleRatio?: number, of = baseline) =>
  createReconstructionWatch({ multivariate: sampleRatio === undefined ? {} : { sampleRatio } } as ModelConfig, of);
const batch = (rows: number) => {
  const random = seededRandom(1);
  return {
    rows,
    ids: Array.from({ length: rows }, (_, i) => `row-${i}`),
    features: [Float64Array.from({ length: rows }, random), Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 'Bonn' : 'Kiel'))],
  };
};

describe('reconstruction errors of predictions', () => {
  it('are summed of all where rows are cheap, and of a share by id where one is configured', () => {
    const [whole, some] = [watchOf()!, watchOf(0.25)!];
    whole.observe(batch(2000));
    some.observe(batch(2000));
    expect(whole.sampleRatio).toBe(1);
    expect(whole.errors.count).toBe(2000);
    expect(some.errors.count).toBeGreaterThan(400);
    expect(some.errors.count).toBeLessThan(600);
    expect(Math.abs(some.errors.mean - whole.errors.mean)).toBeLessThan(0.1);
  });

  it('are of so many rows that one costs 4,000 multiplications on average, where there are many features', () => {
    const { reconstruction } = baseline;
    const features = Array.from({ length: 100 }, (_, i) => ({ name: `x${i}`, kind: 'numeric' as const, mean: 0, scale: 1 }));
    const components = features.slice(0, 39).map((_, i) => features.map((_feature, j) => (i === j ? 1 : 0)));
    const wide = { ...baseline, reconstruction: { ...reconstruction!, features, components } };
    expect(watchOf(undefined, wide)!.sampleRatio).toBe(0.5);
  });

  it('beyond 3 standard deviations of the baseline are counted by themselves', () => {
    const watch = watchOf()!;
    watch.observe({
      rows: 2,
      ids: ['a', 'b'],
      features: [
        [1.8, 1e6],
        ['Bonn', 'Bonn'],
      ],
    });
    expect([watch.errors.count, watch.beyond]).toEqual([2, 1]);
  });

  it('are none where they are switched off, or the baseline has no reconstruction', () => {
    expect(watchOf(0)).toBeUndefined();
    expect(watchOf(1, { ...baseline, reconstruction: undefined } as unknown as Baseline)).toBeUndefined();
  });
});
