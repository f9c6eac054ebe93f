import { expect, test } from '@jest/globals';
import { numbersOf } from './feature.js';

test('a column of typed numbers reads as the same numbers in a list, and stays as it is', () => {
  const list = [1, -0, Infinity, -Infinity, NaN, 1e308, 5e-324, 7];
  const column = Float64Array.from(list);
  expect(numbersOf(column, 7)).toEqual(numbersOf(list, 7));
  expect(numbersOf(column, 7)).toEqual(Float64Array.of(1, -0, NaN, NaN, NaN, 1e308, 5e-324));
  expect(column).toEqual(Float64Array.from(list));
  expect(numbersOf(column, 9)).toEqual(numbersOf(list, 9));
});
