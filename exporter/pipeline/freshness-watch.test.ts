import { describe, expect, it } from '@jest/globals';
import type { ModelConfig } from '@modelwatch/core';
import { createFeatureReader } from './feature-reader.js';
import { createFreshnessWatch } from './freshness-watch.js';

const NOW_SECONDS = 1_700_000_000;

/** What is counted of a request whose one feature is the time of the event. */
function countedOf(data: Float64Array): { readonly ages: number; readonly sum: number; readonly missing: number } {
  const reader = createFeatureReader({ features: [{ name: 'taken', kind: 'numeric' }], inputs: undefined, sliceFeatures: [] });
  const config = { freshness: { feature: 'taken' }, champion: { version: '1' } } as unknown as ModelConfig;
  const watch = createFreshnessWatch(config, [], reader)!;
  const tensor = { name: 'taken', datatype: 'FP64', shape: [data.length], data } as const;
  watch.observeRequest({ inputs: [tensor], eventTime: undefined }, NOW_SECONDS);
  return { ages: watch.ages.counts.reduce((sum, count) => sum + count, 0), sum: watch.ages.sum, missing: watch.faults.missing };
}

describe('the freshness of a request', () => {
  it.each([1, 4096, 4097, 1_000_003])('counts each of %d rows, however few of them are read', (rows) => {
    expect(countedOf(new Float64Array(rows).fill(NOW_SECONDS - 2))).toEqual({ ages: rows, sum: 2 * rows, missing: 0 });
    expect(countedOf(new Float64Array(rows).fill(NaN))).toEqual({ ages: 0, sum: 0, missing: rows });
  });

  it('reads every row of a request of as many as it may, and of more rows at even distances', () => {
    const ages = (rows: number) => Float64Array.from({ length: rows }, (_, row) => NOW_SECONDS - (row % 2));
    expect(countedOf(ages(4096)).sum).toBe(2048);
    expect(countedOf(Float64Array.from({ length: 3 * 4096 }, (_, row) => NOW_SECONDS - row / 3)).sum).toBe((3 * 4096 * 4095) / 2);
  });
});
