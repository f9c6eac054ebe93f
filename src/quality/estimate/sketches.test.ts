import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { nearlyEqual, scores, testSketch, truths } from '../../sketches/conformance.js';
import { ExpectedQuality, ScoreCalibration } from './index.js';

const EDGES = [0.02, 0.5, 0.9];

describe('score calibrations', () => {
  testSketch({
    name: 'of scores',
    empty: () => new ScoreCalibration(EDGES),
    fromJSON: ScoreCalibration.fromJSON,
    values: fc.record({ score: fc.oneof(scores, fc.constantFrom(...EDGES)), truth: truths }),
    unequal: [
      {
        make: () => new ScoreCalibration([0.02, 0.5]),
        message: 'score calibrations need equal edges, got 0.02, 0.5, 0.9 and 0.02, 0.5',
      },
      {
        make: () => new ScoreCalibration([0.02, 0.5, 0.95]),
        message: 'score calibrations need equal edges, got 0.02, 0.5, 0.9 and 0.02, 0.5, 0.95',
      },
    ],
    agree: nearlyEqual,
  });

  it('have each score in the bin whose upper edge is the first not below it', () => {
    const calibration = new ScoreCalibration(EDGES);
    for (const score of [0, 0.02, 0.020001, 0.5, 0.9, 0.9001, 1]) calibration.update({ score, truth: 1 });
    expect([...calibration.counts]).toEqual([2, 2, 1, 2]);
    expect(calibration.count).toBe(7);
  });

  it('refuse what is not theirs', () => {
    const json = new ScoreCalibration(EDGES).toJSON();
    expect(() => new ScoreCalibration([0.5, 0.5])).toThrow('a score calibration needs ascending edges in 0..1, got 0.5, 0.5');
    expect(() => new ScoreCalibration([1.5])).toThrow('a score calibration needs ascending edges in 0..1, got 1.5');
    expect(() => ScoreCalibration.fromJSON({ ...json, counts: [1] })).toThrow('a score calibration of 4 bins needs as many sums, got 1');
    expect(() => ScoreCalibration.fromJSON({ ...json, missing: -1 })).toThrow(
      'a score calibration needs sums that are finite and at least 0, got -1',
    );
  });
});

const expectedTruths = fc.record({
  score: scores,
  predicted: truths,
  probability: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, NaN, -1, 1.5, 1 / 3)),
});

describe('expected quality', () => {
  // Exact, though probabilities are no whole numbers.
  testSketch({
    name: 'of calibrated scores',
    empty: () => new ExpectedQuality(),
    fromJSON: ExpectedQuality.fromJSON,
    values: expectedTruths,
    unequal: [{ make: () => new ExpectedQuality(20), message: 'score bins need equal bins, got 50 and 20' }],
  });

  it('counts every prediction once, as far as it is one', () => {
    fc.assert(
      fc.property(fc.array(expectedTruths), (list) => {
        const expected = new ExpectedQuality();
        for (const value of list) expected.update(value);
        const known = list.filter(({ score, probability }) => score >= 0 && score <= 1 && probability >= 0 && probability <= 1);
        const { truePositive, falsePositive } = expected.confusion;
        expect([expected.count, expected.missing]).toEqual([known.length, list.length - known.length]);
        expect(truePositive + falsePositive).toBe(known.filter(({ predicted }) => predicted === 1).length);
        expect(expected.scores.count).toBe(known.length);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('has each sum within 2^-33 a prediction of that of the probabilities', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }), (probabilities) => {
        const expected = new ExpectedQuality();
        for (const probability of probabilities) expected.update({ score: 0.5, predicted: 0, probability });
        const sum = probabilities.reduce((total, probability) => total + probability, 0);
        expect(Math.abs(expected.confusion.falseNegative - sum)).toBeLessThanOrEqual(probabilities.length * 2 ** -33 + 1e-12);
        expect(expected.scores.positive[24]).toBe(expected.confusion.falseNegative);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('counts a column of scores as it counts them one by one', () => {
    const column = [0.2, NaN, 0.5, 1, 7];
    const threshold = 0.5;
    const byColumn = new ExpectedQuality();
    byColumn.updateScores(column, 6, { threshold, probabilityOf: (score) => score / 2 });
    const one = new ExpectedQuality();
    for (const score of [...column, NaN]) one.update({ score, predicted: score >= threshold ? 1 : 0, probability: score / 2 });
    expect(byColumn.toJSON()).toEqual(one.toJSON());
    expect([byColumn.count, byColumn.missing]).toEqual([3, 3]);
  });

  it('refuses what is not its own', () => {
    const json = new ExpectedQuality().toJSON();
    expect(() => ExpectedQuality.fromJSON({ ...json, missing: NaN })).toThrow(
      'expected quality needs counts that are finite and at least 0, got NaN',
    );
  });
});
