import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Binning } from '../contracts/binning.js';
import type { FeatureColumn } from '../contracts/prediction.js';
import { numbers } from './conformance.js';
import { Frequencies } from './index.js';

const numeric: Binning = { kind: 'numeric', edges: [3.5, 7], min: 0, max: 9 };
const categorical: Binning = { kind: 'categorical', categories: ['JFK', 'EWR'], known: ['LGA'] };

function counted(binning: Binning, column: FeatureColumn | undefined, rows: number) {
  const frequencies = new Frequencies(binning);
  frequencies.updateColumn(column, rows);
  const { counts, count, missing, outOfRange, unseen } = frequencies;
  return { counts: [...counts], count, missing, outOfRange, unseen };
}

describe('frequencies of numbers', () => {
  it('count infinities in the tails and out of range, NaN as missing', () => {
    expect(counted(numeric, [-Infinity, -1, 0, 3.5, 7, 9, 9.5, Infinity, NaN], 9)).toEqual({
      counts: [4, 1, 3],
      count: 8,
      missing: 1,
      outOfRange: 4,
      unseen: 0,
    });
  });

  it('count text, null and rows that a column does not have as missing', () => {
    expect(counted(numeric, ['5', null, ''], 5)).toMatchObject({ count: 0, missing: 5 });
    expect(counted(numeric, undefined, 7)).toMatchObject({ count: 0, missing: 7 });
  });

  it('count the first rows of a longer column', () => {
    expect(counted(numeric, [1, 1, 1], 2)).toMatchObject({ counts: [2, 0, 0], missing: 0 });
  });

  it('count a column as they count its values, whatever its type', () => {
    const kinds = [Float64Array, Float32Array, Int32Array, Uint8Array, Array] as const;
    fc.assert(
      fc.property(fc.array(numbers), fc.constantFrom(...kinds), (values, kind) => {
        const column = (kind as { from(list: number[]): ArrayLike<number> }).from(values);
        const oneByOne = new Frequencies(numeric);
        for (let row = 0; row < column.length; row++) oneByOne.update(column[row]!);
        const byColumn = new Frequencies(numeric);
        byColumn.updateColumn(column, column.length);
        expect(byColumn.toJSON()).toEqual(oneByOne.toJSON());
      }),
      { seed: 1 },
    );
  });
});

describe('frequencies of categories', () => {
  it('count top categories, others and unseen ones apart', () => {
    expect(counted(categorical, ['JFK', 'LGA', 'XYZ', null, '', 'EWR', 'JFK'], 8)).toEqual({
      counts: [2, 1, 1, 1],
      count: 5,
      missing: 3,
      outOfRange: 0,
      unseen: 1,
    });
  });

  it('count numbers by their decimal text', () => {
    expect(counted({ kind: 'categorical', categories: ['1', '2'], known: [] }, Float64Array.of(1, 2, 2, 3, NaN), 5)).toMatchObject({
      counts: [1, 2, 0, 1],
      missing: 1,
    });
  });
});

describe('frequencies', () => {
  it('give shares and running counts', () => {
    const frequencies = Frequencies.fromCounts(numeric, [1, 3, 4], 2);
    expect([...frequencies.shares()]).toEqual([0.125, 0.375, 0.5]);
    expect([...frequencies.cumulative()]).toEqual([1, 4, 8]);
    expect([frequencies.count, frequencies.missing]).toEqual([8, 2]);
    expect([...new Frequencies(numeric).shares()]).toEqual([0, 0, 0]);
  });

  it.each([
    ['too few counts', () => Frequencies.fromCounts(numeric, [1, 2]), 'frequencies need a count for each of 3 bins, got 2'],
    [
      'a negative count',
      () => Frequencies.fromCounts(numeric, [1, -2, 3]),
      'frequencies need counts that are finite and at least 0, got -2',
    ],
    ['NaN for missing', () => Frequencies.fromCounts(numeric, [1, 2, 3], NaN), 'got NaN'],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
