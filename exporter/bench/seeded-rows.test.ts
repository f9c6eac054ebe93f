import { expect, it } from '@jest/globals';
import { seededRandom } from '@modelwatch/core';
import { seededRows } from './seeded-rows.js';

it('gives the same rows for a seed, and others for another', () => {
  expect(seededRows(3, 1)).toEqual(seededRows(3, 1));
  expect(seededRows(3, 1)).not.toEqual(seededRows(3, 2));
});

it('gives standard normal numbers: mean and variance within five standard errors', () => {
  const values = seededRows(2000, 1).flat();
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(values).toHaveLength(60_000);
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(60_000));
  expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 60_000));
});

it('draws from 0 up to and without 1', () => {
  const random = seededRandom(7);
  const drawn = Array.from({ length: 10_000 }, random);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
});
