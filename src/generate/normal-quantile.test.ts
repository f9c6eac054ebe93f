import { describe, expect, it } from '@jest/globals';
import { normalQuantile } from './normal-quantile.js';

describe('normalQuantile', () => {
  // python3 -c "from statistics import NormalDist as N; print([N().inv_cdf(p) for p in (1e-9, .001, .02, .3, .5, .95, .975, .99, .999, .9999)])"
  it.each([
    [1e-9, -5.997807015007685],
    [0.001, -3.090232306167813],
    [0.02, -2.0537489106318225],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.95, 1.6448536269514715],
    [0.975, 1.9599639845400536],
    [0.99, 2.3263478740408408],
    [0.999, 3.090232306167813],
    [0.9999, 3.7190164854557088],
  ])('of %p is %p', (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThanOrEqual(1.15e-9 * Math.abs(z));
  });

  it.each([0, 1, -0.1, NaN])('refuses %p', (p) => {
    expect(() => normalQuantile(p)).toThrow('a probability between 0 and 1 was expected');
  });
});
