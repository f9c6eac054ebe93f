import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { QuantileSketch, type QuantileSketchJSON } from './index.js';

function sketchOf(values: Iterable<number>, binsMax?: number): QuantileSketch {
  const sketch = new QuantileSketch(binsMax);
  for (const value of values) sketch.update(value);
  return sketch;
}

/** The least value with at least a share `q` of the values at or below it. */
function exactQuantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
}

describe('quantile sketch: exact while values are few', () => {
  it('keeps every distinct value', () => {
    const sketch = sketchOf([3, -1, 3, 0, -0, 1e-320]);
    expect(sketch.atoms()).toEqual({ values: Float64Array.of(-1, 0, 1e-320, 3), weights: Float64Array.of(1, 2, 1, 2) });
    expect([sketch.relativeError, sketch.count, sketch.min, sketch.max]).toEqual([0, 6, -1, 3]);
  });

  it('answers quantiles as order statistics', () => {
    const sketch = sketchOf([1, 2, 3, 4]);
    expect([0, 0.25, 0.26, 0.5, 0.75, 1].map((q) => sketch.quantile(q))).toEqual([1, 1, 2, 2, 3, 4]);
  });

  it('has no quantile without values', () => {
    const sketch = sketchOf([NaN, Infinity, -Infinity]);
    expect([sketch.quantile(0.5), sketch.count, sketch.missing]).toEqual([NaN, 0, 3]);
    expect(sketch.atoms().values).toHaveLength(0);
  });
});

describe('quantile sketch: bounded when values are many', () => {
  const normal = fc.double({ min: 2.3e-308, max: 1e300, noNaN: true });
  const values = fc.array(
    fc.oneof(
      normal,
      normal.map((x) => -x),
      fc.constant(0),
      fc.integer({ min: -50, max: 50 }),
    ),
    { minLength: 1, maxLength: 80 },
  );
  const q = fc.double({ min: 0, max: 1, noNaN: true });

  it('answers quantiles within its relative error', () => {
    fc.assert(
      fc.property(values, q, fc.constantFrom(8, 32, 512), (list, share, binsMax) => {
        const sketch = sketchOf(list, binsMax);
        const exact = exactQuantile(
          list.toSorted((a, b) => a - b),
          share,
        );
        expect(Math.abs(sketch.quantile(share) - exact)).toBeLessThanOrEqual(Math.abs(exact) * (sketch.relativeError + 1e-9));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('never holds more atoms than bins, ascending, within what was seen', () => {
    fc.assert(
      fc.property(values, (list) => {
        const sketch = sketchOf(list, 8);
        const atoms = [...sketch.atoms().values];
        expect(atoms.length).toBeLessThanOrEqual(8);
        expect(atoms).toEqual(atoms.toSorted((a, b) => a - b));
        expect([Math.max(sketch.min, atoms[0]!), Math.min(sketch.max, atoms.at(-1)!)]).toEqual([atoms[0], atoms.at(-1)]);
        expect([sketch.min, sketch.max, sketch.count]).toEqual([Math.min(...list) + 0, Math.max(...list) + 0, list.length]);
      }),
      { seed: 1 },
    );
  });

  it.each([
    ['a factor of 2.7', 1, 2.7, 0.001],
    ['a factor of 10^7', 1e-3, 1e4, 0.0161],
    ['a factor of 10^14', 1e-7, 1e7, 0.0321],
    ['both signs, a factor of 10^7 each', -1e4, 1e4, 0.0642],
  ])('holds values over %s', (_, from, to, error) => {
    const spread = (i: number) =>
      from > 0 ? from * (to / from) ** (i / 20_000) : Math.sign(i - 10_000) * 1e-3 * 1e7 ** (Math.abs(i - 10_000) / 10_000);
    const sketch = sketchOf(Array.from({ length: 20_001 }, (_, i) => spread(i)));
    expect(sketch.relativeError).toBeLessThanOrEqual(error);
    expect(sketch.atoms().values.length).toBeLessThanOrEqual(512);
  });

  it('fits all doubles into five bins', () => {
    const extremes = [0, 1, 2, 5e-324, 1e-300, 1e-10, 1e10, 1e300, Number.MAX_VALUE];
    const sketch = sketchOf([...extremes, ...extremes.map((x) => -x)], 5);
    expect(sketch.count).toBe(18);
    expect(sketch.atoms().values.every(Number.isFinite)).toBe(true);
    expect([sketch.quantile(0), sketch.quantile(1)]).toEqual([-Number.MAX_VALUE, Number.MAX_VALUE]);
  });

  it('is as coarse as the union needs, however it was put together', () => {
    const parts = [sketchOf([1, 2, 3], 8), sketchOf([1e9, 5e8, 7, 8, 9, 10, 11, 12, 13], 8), sketchOf([-4], 8)];
    const forward = new QuantileSketch(8);
    for (const part of parts) forward.merge(part);
    const backward = new QuantileSketch(8);
    for (const part of parts.toReversed()) backward.merge(part);
    expect(forward.toJSON()).toEqual(backward.toJSON());
    expect(forward.relativeError).toBeGreaterThan(0);
  });
});

describe('quantile sketch: what it refuses', () => {
  const json: QuantileSketchJSON = { binsMax: 8, level: -1, bins: [[1, 2]], min: 1, max: 1, missing: 0 };
  it.each([
    ['fewer bins than all doubles need', () => new QuantileSketch(4), 'a quantile sketch needs at least 5 bins, got 4'],
    ['a share above 1', () => new QuantileSketch().quantile(1.1), 'a quantile needs a share of 0..1, got 1.1'],
    ['a level that there is not', () => QuantileSketch.fromJSON({ ...json, level: 40 }), 'cannot hold 1 at level 40'],
    ['more bins than it may hold', () => QuantileSketch.fromJSON({ ...json, bins: new Array(9).fill([1, 1]) as never }), 'cannot hold 9'],
    [
      'values without a least one',
      () => QuantileSketch.fromJSON({ ...json, min: null }),
      'and a least and a greatest value where it has any',
    ],
    ['a least value without values', () => QuantileSketch.fromJSON({ ...json, bins: [] }), 'where it has any'],
    ['an infinite key', () => QuantileSketch.fromJSON({ ...json, bins: [[Infinity, 1]] }), 'needs finite keys'],
    ['a negative weight', () => QuantileSketch.fromJSON({ ...json, bins: [[1, -1]] }), 'finite and at least 0, got -1'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
