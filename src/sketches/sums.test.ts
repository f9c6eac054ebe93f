import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CalibrationBins, Confusion, ErrorSums, Moments, ScoreBins } from './index.js';

describe('moments', () => {
  it('are those of the values', () => {
    const moments = new Moments();
    for (const value of [2, 4, 4, 4, 5, 5, 7, 9]) moments.update(value);
    expect(moments.toJSON()).toEqual({ count: 8, mean: 5, m2: 32, min: 2, max: 9 });
    expect([moments.populationVariance, moments.populationStandardDeviation]).toEqual([4, 2]);
  });

  it('do not cancel out: a small spread far from 0 keeps its variance', () => {
    const moments = new Moments();
    for (const value of [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) moments.update(value);
    expect(moments.populationVariance).toBe(22.5);
  });

  it('stay numbers where squares, or distances, pass the greatest double', () => {
    const moments = new Moments();
    for (const value of [Number.MAX_VALUE, -Number.MAX_VALUE, 1]) moments.update(value);
    expect(moments.m2).toBe(Number.MAX_VALUE);
    expect(Math.abs(moments.mean)).toBeLessThan(1e-9 * Number.MAX_VALUE);
  });

  it('without values have no variance', () => {
    const moments = new Moments();
    moments.update(NaN);
    moments.update(Infinity);
    expect(moments.populationVariance).toBeNaN();
    expect(moments.toJSON()).toEqual({ count: 0, mean: null, m2: 0, min: null, max: null });
  });
});

describe('moments: what they refuse', () => {
  it('a mean missing where there are values', () => {
    const json = { count: 2, mean: null, m2: 0, min: 1, max: 1 };
    expect(() => Moments.fromJSON(json)).toThrow('moments of 2 values need a mean, a least and a greatest value');
    expect(() => Moments.fromJSON({ ...json, mean: 1, m2: -1 })).toThrow('moments need counts that are finite and at least 0, got -1');
  });
});

describe('confusion', () => {
  it('counts the four outcomes', () => {
    const confusion = new Confusion();
    confusion.update({ predicted: 1, truth: 1 }, 4);
    confusion.update({ predicted: 1, truth: 0 }, 3);
    confusion.update({ predicted: 0, truth: 0 }, 2);
    confusion.update({ predicted: 0, truth: 1 });
    expect(confusion.toJSON()).toEqual({ truePositive: 4, falsePositive: 3, trueNegative: 2, falseNegative: 1 });
    expect(confusion.count).toBe(10);
  });
});

describe('bins of scores', () => {
  const scored = [0, 0.02, 0.020000000000000004, 0.5, 1, NaN, -0.1, 1.1];

  it('hold their upper edge, the first 0 too; what is no score is missing', () => {
    const bins = new ScoreBins();
    for (const score of scored) bins.update({ score, truth: 1 });
    expect([0, 1, 24, 49].map((i) => bins.positive[i])).toEqual([2, 1, 1, 1]);
    expect([bins.count, bins.missing]).toEqual([5, 3]);
  });

  it('hold what calibration needs', () => {
    const bins = new CalibrationBins(2);
    for (const score of scored) bins.update({ score, truth: score > 0.4 ? 1 : 0 }, 2);
    expect(bins.toJSON()).toEqual({ counts: [8, 2], scores: [1.08, 2], positives: [2, 2], missing: 6 });
  });

  it('are as many as asked, at least one', () => {
    expect(new ScoreBins(1).positive).toHaveLength(1);
    expect(() => new ScoreBins(0)).toThrow('bins of equal width over 0..1 need a whole number from 1, got 0');
    expect(() => ScoreBins.fromJSON({ positive: [1], negative: [1, 2], missing: 0 })).toThrow(
      'score bins need lists of one length, got 1, 2',
    );
  });
});

describe('error sums', () => {
  it('sum what is over, what is under, squares and log loss', () => {
    const sums = new ErrorSums();
    sums.update({ estimate: 0.75, truth: 1 });
    sums.update({ estimate: 0.5, truth: 0 });
    expect(sums).toMatchObject({ count: 2, over: 0.5, under: 0.25, squared: 0.3125, probabilities: 2, missing: 0 });
    expect(sums.logLoss).toBeCloseTo(-Math.log(0.75) - Math.log(0.5), 14);
  });

  it('count no log loss where the pair is not one of a probability', () => {
    const sums = new ErrorSums();
    sums.update({ estimate: 3, truth: 1 });
    sums.update({ estimate: 0.5, truth: 7 });
    expect(sums).toMatchObject({ count: 2, probabilities: 0, logLoss: 0 });
  });

  it('keep one confident mistake from being infinite', () => {
    const sums = new ErrorSums();
    sums.update({ estimate: 0, truth: 1 });
    expect(sums.logLoss).toBeCloseTo(36.04365338911715, 12);
  });

  it('never fall, and stay finite', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ estimate: fc.double(), truth: fc.double() })), (pairs) => {
        const sums = new ErrorSums();
        for (const pair of pairs) {
          const before = sums.toJSON();
          sums.update(pair);
          for (const [name, value] of Object.entries(sums.toJSON()) as [keyof typeof before, number][]) {
            expect(value).toBeGreaterThanOrEqual(before[name]);
            expect(value).toBeLessThan(Infinity);
          }
        }
        expect(sums.count + sums.missing).toBe(pairs.length);
      }),
      { seed: 1 },
    );
  });
});
