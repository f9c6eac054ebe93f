import { describe, expect, it } from '@jest/globals';
import { createDraws, normalShare } from './draws.js';

const DRAWS = 4000;

/** Mean and variance of many draws, each within five standard errors of what the law says. */
function expectMoments(draw: () => number, mean: number, variance: number): void {
  const values = Array.from({ length: DRAWS }, draw);
  const found = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const spread = values.reduce((sum, value) => sum + (value - found) ** 2, 0) / (DRAWS - 1);
  expect(Math.abs(found - mean)).toBeLessThan(5 * Math.sqrt(variance / DRAWS) + 1e-9);
  expect(Math.abs(spread / variance - 1)).toBeLessThan(0.2);
}

describe('draws', () => {
  it.each([0.02, 3, 29, 31, 2000])('of a Poisson law have its mean and variance, %p', (mean) => {
    const draws = createDraws(1);
    expectMoments(() => draws.poisson(mean), mean, mean);
  });

  it.each([
    [10, 0.3],
    [1000, 0.002],
    [1000, 0.7],
    [5000, 0.4],
  ])('of a binomial law have its mean and variance, %p of %p', (count, share) => {
    const draws = createDraws(2);
    expectMoments(() => draws.binomial(count, share), count * share, count * share * (1 - share));
  });

  it('of several kinds add up, and end where a share is next to nothing', () => {
    const draws = createDraws(3);
    for (const shares of [
      [0.1, 0.2, 0.7],
      [1 - 1e-16, 1e-16, 0],
      [0, 0, 1],
    ]) {
      const counts = draws.multinomial(1000, shares);
      expect([...counts].reduce((sum, count) => sum + count, 0)).toBe(1000);
      shares.forEach((share, i) => expect(Math.abs(counts[i]! - 1000 * share)).toBeLessThan(80));
    }
  });

  it('of one seed are the same, and of another seed others', () => {
    const of = (seed: number) => Array.from({ length: 20 }, createDraws(seed).normal);
    expect(of(7)).toEqual(of(7));
    expect(of(7)).not.toEqual(of(8));
  });
});

// scipy 1.14.1: scipy.stats.norm.cdf([-3, -1, 0, 0.5, 2.5])
it.each([
  [-3, 0.0013498980316300933],
  [-1, 0.15865525393145707],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [2.5, 0.9937903346742238],
])('the normal share below %p is that of scipy', (z, share) => {
  expect(Math.abs(normalShare(z) - share)).toBeLessThan(1.5e-7);
});
