import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSpreadSample } from './spread-sample.js';

describe('a spread sample', () => {
  it('holds every so many-th item, in order, from the first on, and more than half of what fits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), fc.integer({ min: 0, max: 500 }), (capacity, count) => {
        const sample = createSpreadSample<number>(capacity);
        for (let i = 0; i < count; i++) sample.offer(i);
        const stride = (sample.items[1] ?? 1) - (sample.items[0] ?? 0);
        expect(sample.items).toEqual(Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride));
        expect(sample.items.length).toBeLessThanOrEqual(capacity);
        if (count >= capacity) expect(sample.items.length).toBeGreaterThanOrEqual(Math.ceil(capacity / 2));
      }),
    );
  });

  it('of no capacity holds nothing', () => {
    const sample = createSpreadSample<number>(0);
    sample.offer(1);
    expect(sample.items).toEqual([]);
  });
});
