import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { calibrationOf, calibratorOf, goldenCases, type Rows } from './conformance.js';
import { CALIBRATION_SCORE_BINS_MAX, calibration, calibrationEdges, fitCalibrator, ScoreCalibration, type Calibrator } from './index.js';

interface GoldenCase {
  readonly name: string;
  readonly reference: Rows;
  readonly edges: readonly number[];
  readonly calibrator: Calibrator;
  readonly probes: readonly number[];
  /** By scikit-learn's isotonic regression of the bins. */
  readonly probabilities: readonly number[];
  /** By that of the rows themselves. */
  readonly probabilitiesOfRows: readonly number[];
}
const GOLDEN = goldenCases<GoldenCase>('quality-estimates');
const greatestDistance = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('the edges of a calibration', () => {
  it.each(GOLDEN)("are numpy's quantiles: $name", ({ reference, edges }) => {
    expect(calibrationEdges(reference.scores)).toEqual(edges);
  });

  it('make at most 36 bins, each with a score', () => {
    const scores = fc.oneof(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5000, size: 'max' }),
      fc.array(
        fc.integer({ min: 0, max: 30 }).map((k) => k / 30),
        { minLength: 1, maxLength: 300 },
      ),
    );
    fc.assert(
      fc.property(scores, (list) => {
        const sketch = calibrationOf({ scores: list, truths: [] });
        expect(sketch.edges.length + 1).toBeLessThanOrEqual(CALIBRATION_SCORE_BINS_MAX);
        expect(Math.min(...sketch.counts)).toBeGreaterThan(0);
      }),
      { seed: 1 },
    );
    const many = Float64Array.from({ length: 400_000 }, (_, i) => i / 400_000);
    expect(calibrationEdges(many).length + 1).toBe(CALIBRATION_SCORE_BINS_MAX);
  });

  it('leave out what is no score, and refuse nothing but that', () => {
    expect(calibrationEdges([NaN, 0.5, -1, 2, 0.25])).toEqual([0.25]);
    expect(() => calibrationEdges([NaN])).toThrow('a calibration needs at least one score in 0..1, got none');
  });
});

describe('a calibrator', () => {
  it.each(GOLDEN)(
    "is scikit-learn's isotonic regression of the bins, to 1e-12: $name",
    ({ reference, calibrator, probes, probabilities }) => {
      const fitted = calibratorOf(reference);
      expect(fitted.scores.length).toBe(calibrator.scores.length);
      expect(greatestDistance(fitted.scores, calibrator.scores)).toBeLessThan(1e-12);
      expect(greatestDistance(fitted.shares, calibrator.shares)).toBeLessThan(1e-12);
      expect(greatestDistance(probes.map(calibration(fitted)), probabilities)).toBeLessThan(1e-12);
    },
  );

  it('is that of the rows themselves where each score has a bin of its own', () => {
    const { reference, probes, probabilitiesOfRows } = GOLDEN.find(({ name }) => name === 'twenty scores')!;
    expect(greatestDistance(probes.map(calibration(calibratorOf(reference))), probabilitiesOfRows)).toBeLessThan(1e-12);
  });

  it('never falls, and stays within 0..1, whatever was counted', () => {
    const rows = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1), fc.integer({ min: 50, max: 900 })), {
      minLength: 2,
      maxLength: 40,
    });
    const probes = fc.array(fc.double({ min: -1, max: 2, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(rows, probes, (list, at) => {
        const sketch = new ScoreCalibration(calibrationEdges(list.map(([score]) => score)));
        for (const [score, truth, weight] of list) sketch.update({ score, truth: truth === 1 ? 1 : 0 }, weight);
        const fitted = fitCalibrator(sketch);
        if (fitted.kind === 'undetermined') return;
        const probabilities = at.toSorted((a, b) => a - b).map(calibration(fitted.calibrator));
        probabilities.forEach((probability, i) => {
          expect(probability).toBeGreaterThanOrEqual(probabilities[i - 1] ?? 0);
          expect(probability).toBeLessThanOrEqual(1);
        });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('passes through its points, and is level beyond them', () => {
    const probabilityOf = calibration({ scores: [0.2, 0.4, 0.8], shares: [0.1, 0.1, 0.5] });
    const near = [0, 0.2, 0.3, 0.4, 0.6, 0.8, 1].map(probabilityOf);
    expect(greatestDistance(near, [0.1, 0.1, 0.1, 0.1, 0.3, 0.5, 0.5])).toBeLessThan(1e-15);
    expect(probabilityOf(NaN)).toBeNaN();
    expect(calibration({ scores: [0.5], shares: [0.25] })(0.9)).toBe(0.25);
  });

  it('is undetermined below 1,000 predictions, and undefined where all ground truth is one', () => {
    const fit = (positive: number, negative: number) => {
      const sketch = new ScoreCalibration([0.5]);
      sketch.update({ score: 0.6, truth: 1 }, positive);
      sketch.update({ score: 0.4, truth: 0 }, negative);
      return fitCalibrator(sketch);
    };
    expect(fit(500, 499)).toEqual({ kind: 'undetermined', reason: 'insufficient_data' });
    expect(fit(0, 1000)).toEqual({ kind: 'undetermined', reason: 'undefined' });
    expect(fit(1000, 0)).toEqual({ kind: 'undetermined', reason: 'undefined' });
    expect(fit(500, 500)).toEqual({ kind: 'fitted', calibrator: { scores: [0.4, 0.6], shares: [0, 1] } });
  });

  it('of scores whose mean is rounded to one and the same has one point for them', () => {
    const sketch = ScoreCalibration.fromJSON({ edges: [0.5], counts: [500, 500], scores: [250, 250], positives: [100, 300], missing: 0 });
    expect(fitCalibrator(sketch)).toEqual({ kind: 'fitted', calibrator: { scores: [0.5], shares: [0.4] } });
  });

  it.each([
    { scores: [], shares: [] },
    { scores: [0.5, 0.5], shares: [0.1, 0.2] },
    { scores: [0.5, 0.6], shares: [0.2, 0.1] },
    { scores: [0.5], shares: [1.1] },
    { scores: [0.5], shares: [] },
  ])('that is none is refused: %j', (calibrator) => {
    expect(() => calibration(calibrator)).toThrow('a calibrator needs ascending scores and as many shares in 0..1 that never fall');
  });
});
