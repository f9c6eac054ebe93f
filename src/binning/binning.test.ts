import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Binning } from '../contracts/binning.js';
import { binCount, binLabels, categoricalBinning, createCategoryIndex, numericBinIndex, quantileBinning, sameBins } from './index.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('bins', () => {
  const numeric: Binning = { kind: 'numeric', edges: [3.5, 7], min: 0, max: 9 };
  const categorical: Binning = { kind: 'categorical', categories: ['JFK', 'EWR'], known: ['LGA'] };

  it('have a label each, in order', () => {
    expect(binLabels(numeric)).toEqual(['(-Inf,3.5]', '(3.5,7]', '(7,+Inf]']);
    expect(binLabels(categorical)).toEqual(['JFK', 'EWR', '__other__', '__unseen__']);
    expect([binCount(numeric), binCount(categorical)]).toEqual([3, 4]);
    expect(binLabels({ ...numeric, edges: [] })).toEqual(['(-Inf,+Inf]']);
  });

  it.each([
    [-Infinity, 0],
    [3.5, 0],
    [3.5000000000000004, 1],
    [7, 1],
    [8, 2],
    [Infinity, 2],
  ])('%p falls into bin %p: upper edges belong to their bin', (x, bin) => {
    expect(numericBinIndex([3.5, 7], x)).toBe(bin);
  });

  it('of any edges hold edges[i-1] < x <= edges[i]', () => {
    fc.assert(
      fc.property(fc.uniqueArray(finite, { maxLength: 20 }), fc.double({ noNaN: true }), (unsorted, x) => {
        const edges = unsorted.toSorted((a, b) => a - b);
        expect(numericBinIndex(Float64Array.from(edges), x)).toBe(edges.filter((edge) => edge < x).length);
      }),
      { seed: 1 },
    );
  });

  it('of categories: top, other, unseen', () => {
    const bin = createCategoryIndex(categorical);
    expect(['JFK', 'EWR', 'LGA', 'XYZ', '__other__', 'constructor', '__proto__'].map(bin)).toEqual([0, 1, 2, 3, 3, 3, 3]);
  });

  it('are the same where edges, or categories in order, are', () => {
    expect(sameBins(numeric, { ...numeric, edges: [3.5, 7], max: 10 })).toBe(true);
    expect(sameBins(numeric, { ...numeric, edges: [3.5] })).toBe(false);
    expect(sameBins(categorical, { ...categorical, categories: ['EWR', 'JFK'] })).toBe(false);
    expect(sameBins(categorical, { ...categorical, known: [] })).toBe(false);
    expect(sameBins(numeric, categorical)).toBe(false);
    expect(sameBins(categorical, numeric)).toBe(false);
  });
});

describe('quantile binning', () => {
  it.each([
    ['has its edges at order statistics', [1, 2, 3, 4], 2, [2], 1, 4],
    ['gives few whole numbers a bin each', [3, 1, 2, 2, 1, 1], 10, [1, 2], 1, 3],
    ['gives ten distinct values ten bins', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 10, [1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 10],
    ['gives a constant an edge', [5, 5, 5], 10, [5], 5, 5],
    ['leaves out what is not finite', [NaN, 2, Infinity, 1, -Infinity], 10, [1], 1, 2],
    ['gives a value as frequent as two bins their place', [0, 0, 0, 0, 0, 0, 1, 2, 3, 4], 4, [0, 2], 0, 4],
    ['gives a frequent greatest value the last bin to itself', [1, 2, 9, 9, 9, 9, 9, 9, 9, 9], 2, [2], 1, 9],
  ])('%s', (_, values, binsMax, edges, min, max) => {
    expect(quantileBinning(values, binsMax)).toEqual({ kind: 'numeric', edges, min, max });
  });

  it('makes ascending edges, at most as many bins as asked, and no bin of the reference is empty', () => {
    const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), finite), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 12 }), (list, binsMax) => {
        const { edges, min, max } = quantileBinning(Float64Array.from(list), binsMax);
        expect(edges.every((edge, i) => i === 0 || edges[i - 1]! < edge)).toBe(true);
        expect(edges.length).toBeGreaterThan(0);
        expect(edges.length).toBeLessThan(binsMax);
        const filled = new Set(list.map((value) => numericBinIndex(edges, value)));
        expect(filled.size).toBe(min === max ? 1 : edges.length + 1);
      }),
      { seed: 1 },
    );
  });

  it('fills bins of distinct values alike, to one value', () => {
    const values = Float64Array.from({ length: 1003 }, (_, i) => (i * 7919) % 1003);
    const { edges } = quantileBinning(values);
    const counts = new Array<number>(10).fill(0);
    for (const value of values) counts[numericBinIndex(edges, value)]!++;
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([100, 101]);
  });

  it.each([
    ['no values', () => quantileBinning([]), 'quantile binning needs at least one finite value, got none'],
    ['no finite values', () => quantileBinning([NaN, Infinity]), 'quantile binning needs at least one finite value, got none'],
    ['one bin', () => quantileBinning([1, 2], 1), 'quantile binning needs at least 2 bins, got 1'],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('categorical binning', () => {
  it('takes the most frequent, ties by name, and remembers the others', () => {
    expect(categoricalBinning(['b', 'a', 'b', 'c'], 1)).toEqual({ kind: 'categorical', categories: ['b'], known: ['a', 'c'] });
    expect(categoricalBinning(['z', 'b', 'a', 'z', null, ''], 2, 0)).toEqual({ kind: 'categorical', categories: ['z', 'a'], known: [] });
  });

  it('does not depend on the order of the values', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'B', 'ä', '日本', '')), (values) => {
        expect(categoricalBinning(values.toReversed(), 2, 1)).toEqual(categoricalBinning(values, 2, 1));
      }),
      { seed: 1 },
    );
  });

  it('keeps the names of its own bins out', () => {
    expect(categoricalBinning(['__other__', '__unseen__', 'x']).categories).toEqual(['x']);
  });
});
