import { describe, expect, it } from '@jest/globals';
import type { Tensor } from '../models/open-inference/tensor.js';
import { columnFinder, columnOf } from './feature-column.js';
import { createFeatureReader } from './feature-reader.js';

const FEATURES = [
  { name: 'age', kind: 'numeric' },
  { name: 'income', kind: 'numeric' },
] as const;
const tensor = (name: string, shape: readonly number[], ...data: number[]): Tensor => ({
  name,
  datatype: 'FP64',
  shape,
  data: Float64Array.from(data),
});

/** The values of a column by row; undefined where no tensor holds it. */
function read(name: string, inputs: readonly Tensor[], configured?: Readonly<Record<string, readonly string[]>>) {
  const reader = createFeatureReader({ features: FEATURES, inputs: configured, sliceFeatures: [] });
  const column = columnOf(inputs, name, columnFinder(FEATURES, reader, configured));
  return column && Array.from({ length: column.rows }, (_, row) => column.at(row));
}

describe('the column of a request', () => {
  const wide = tensor('age', [2, 3], 1, 2, 3, 4, 5, 6);

  it.each<[what: string, found: unknown, expected: unknown]>([
    ['a tensor named so, of one column', read('age', [tensor('age', [2, 1], 1, 2), tensor('income', [2, 1], 3, 4)]), [1, 2]],
    ['an input that the baseline does not know', read('driver', [tensor('driver', [2], 1, 2), tensor('age', [2], 3, 4)]), [1, 2]],
    ['a column of the one wide tensor, in the order of the baseline', read('income', [tensor('x', [2, 2], 1, 2, 3, 4)]), [2, 4]],
    [
      'a configured column of a tensor that has the name of another feature',
      read('income', [wide], { age: ['x', 'income', 'age'] }),
      [2, 5],
    ],
    ['a configured column that is named as its tensor', read('age', [wide], { age: ['x', 'income', 'age'] }), [3, 6]],
    ['a configured column that the baseline does not know', read('x', [wide], { age: ['x', 'income', 'age'] }), [1, 4]],
    ['several columns under one name that nothing tells apart', read('driver', [tensor('driver', [2, 3], 1, 2, 3, 4, 5, 6)]), undefined],
    ['a tensor of the name, whose one column is configured as another', read('age', [tensor('age', [2], 1, 2)], { age: ['x'] }), undefined],
    ['an input that every object has', read('toString', [wide], {}), undefined],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
