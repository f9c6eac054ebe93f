import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OTHER_BIN, type PredictionBatch } from '@modelwatch/core';
import { loadBaseline } from '../baseline/read-baseline.js';
import { createModelWatch, type ModelWatch } from './model-watch.js';

const loaded = await loadBaseline(path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json'));
if (!loaded.ok) throw new Error('the baseline of the tests is faulty');
const baseline = loaded.value;

const watchOf = (valuesMax = 100, withBaseline = true): ModelWatch =>
  createModelWatch({
    model: 'trips',
    version: '1',
    role: 'champion',
    baseline: withBaseline ? baseline : undefined,
    slices: [{ name: 'city', valuesMax }],
    windowSeconds: 600,
    nowSeconds: 0,
  });

interface Row {
  readonly distance: number;
  readonly city: string | null;
  readonly output: number;
}

const batchOf = (rows: readonly Row[]): PredictionBatch => ({
  model: 'trips',
  version: '1',
  role: 'champion',
  rows: rows.length,
  ids: rows.map((_, i) => String(i)),
  timeSeconds: 0,
  features: [rows.map(({ distance }) => distance), rows.map(({ city }) => city)],
  outputs: rows.map(({ output }) => output),
  slices: [rows.map(({ city }) => city ?? undefined)],
});

const number = fc.oneof(fc.double({ min: -5, max: 5 }), fc.constantFrom(NaN, Infinity, -Infinity, 1.5, 2.5, 0.5));
const row: fc.Arbitrary<Row> = fc.record({
  distance: number,
  city: fc.constantFrom('Bonn', 'Aachen', 'Kiel', 'Oslo', '', null),
  output: number,
});

describe('createModelWatch', () => {
  it('counts halves whose sum is the whole', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.array(row, { maxLength: 60 }), (first, second) => {
        const [whole, left, right] = [watchOf(), watchOf(), watchOf()];
        whole.observe(batchOf([...first, ...second]));
        left.observe(batchOf(first));
        right.observe(batchOf(second));
        for (const [i, feature] of left.features.entries()) {
          feature.merge(right.features[i]!);
          expect(feature.toJSON()).toEqual(whole.features[i]!.toJSON());
        }
        left.output!.merge(right.output!);
        expect(left.output!.toJSON()).toEqual(whole.output!.toJSON());
        expect(left.predictions + right.predictions).toBe(whole.predictions);
        for (const [value, count] of whole.slices[0]!.predictions) {
          const halves = [left, right].map(({ slices }) => slices[0]!.predictions.get(value) ?? 0);
          expect(halves[0]! + halves[1]!).toBe(count);
        }
      }),
      { seed: 20131101 },
    );
  });

  it('counts every value of every feature once: in a bin or as missing', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const watch = watchOf();
        watch.observe(batchOf(rows));
        for (const { count, missing } of [...watch.features, watch.output!]) expect(count + missing).toBe(rows.length);
      }),
      { seed: 20131101 },
    );
  });

  it('keeps the sum of a slice exact beyond its cap, and leaves out rows without a value', () => {
    const watch = watchOf(1);
    const cities = ['Bonn', 'Kiel', 'Oslo', '', null, 'Bonn'];
    watch.observe(batchOf(cities.map((city) => ({ distance: 1, city, output: 0 }))));
    expect([...watch.slices[0]!.predictions]).toEqual([
      ['Bonn', 2],
      [OTHER_BIN, 2],
    ]);
  });

  it('counts predictions and slices without a baseline', () => {
    const watch = watchOf(10, false);
    watch.observe(batchOf([{ distance: 1, city: 'Bonn', output: 0.5 }]));
    expect([watch.predictions, watch.features, watch.output, watch.slices[0]!.predictions.get('Bonn')]).toEqual([1, [], undefined, 1]);
  });
});
