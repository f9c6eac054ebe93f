import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  confidenceStandardErrors,
  Confusion,
  ErrorSums,
  QUALITY_METRICS,
  ScoreBins,
  seededRandom,
  type Interval,
  type IntervalReading,
} from '../../index.js';
import { draws, goldenCases, type Rows } from './conformance.js';
import { aucVariance, QUALITY_INTERVALS, type AnyQualityInterval } from './index.js';

type Bounds = readonly [lower: number, upper: number];
interface Golden {
  readonly confusions: readonly {
    readonly confusion: Parameters<typeof Confusion.fromJSON>[0];
    readonly confidence: number;
    readonly bounds: Readonly<Record<string, Bounds>>;
  }[];
  readonly areas: readonly (Rows & {
    readonly name: string;
    readonly value: number;
    readonly variance: number;
    readonly bounds: readonly { readonly confidence: number; readonly auc: Bounds }[];
  })[];
  readonly errors: readonly {
    readonly errors: readonly number[];
    readonly confidence: number;
    readonly bounds: Readonly<Record<'bias' | 'mae', Bounds>>;
  }[];
}
const [golden] = goldenCases<Golden>('quality-intervals') as readonly [Golden];

interface Sketches {
  readonly confusion?: Confusion;
  readonly scores?: ScoreBins;
  readonly errors?: ErrorSums;
}
const intervalNamed = (name: string) => QUALITY_INTERVALS.find((interval) => interval.name === name)!;

function read(interval: AnyQualityInterval, sketches: Sketches, confidence: number): IntervalReading {
  switch (interval.reads) {
    case 'confusion':
      return interval.measure(sketches.confusion!, confidence);
    case 'scores':
      return interval.measure(sketches.scores!, confidence);
    case 'errors':
      return interval.measure(sketches.errors!, confidence);
    case 'calibration':
      throw new Error('no interval reads calibration bins');
  }
}

function expectBounds(reading: IntervalReading, [lower, upper]: Bounds): void {
  expect(reading).toEqual({
    kind: 'measured',
    value: expect.any(Number) as unknown,
    lower: expect.closeTo(lower, 9) as unknown,
    upper: expect.closeTo(upper, 9) as unknown,
  });
}

function scoreBinsOf({ scores, truths }: Rows): ScoreBins {
  const bins = new ScoreBins();
  scores.forEach((score, row) => {
    bins.update({ score, truth: truths[row] === 1 ? 1 : 0 });
  });
  return bins;
}

function errorSumsOf(errors: readonly number[]): ErrorSums {
  const sums = new ErrorSums();
  for (const error of errors) sums.update({ estimate: error, truth: 0 });
  return sums;
}

describe('intervals of quality', () => {
  it.each(golden.confusions)("of classes are statsmodels' at $confidence: $confusion", ({ confusion, confidence, bounds }) => {
    for (const [name, expected] of Object.entries(bounds))
      expectBounds(read(intervalNamed(name), { confusion: Confusion.fromJSON(confusion) }, confidence), expected);
  });

  it.each(golden.areas)("of AUC are DeLong's variance in statsmodels' interval: $name", (rows) => {
    const scores = scoreBinsOf(rows);
    expect(Math.abs(aucVariance(scores) - rows.variance)).toBeLessThan(1e-15);
    for (const { confidence, auc } of rows.bounds) expectBounds(read(intervalNamed('auc'), { scores }, confidence), auc);
  });

  it.each(golden.errors)("of means are statsmodels' at $confidence", ({ errors, confidence, bounds }) => {
    for (const name of ['bias', 'mae'] as const)
      expectBounds(read(intervalNamed(name), { errors: errorSumsOf(errors) }, confidence), bounds[name]);
  });

  it('hold the value of the metric, within its scale, and are undetermined with it', () => {
    const counts = fc.nat({ max: 400 });
    const some = fc.record({
      confusion: fc.record({ truePositive: counts, falsePositive: counts, trueNegative: counts, falseNegative: counts }),
      rows: fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.constantFrom(0, 1), counts), { maxLength: 20 }),
      errors: fc.array(fc.tuple(fc.double({ min: -100, max: 100, noNaN: true }), counts), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(some, ({ confusion, rows, errors }) => {
        const scores = new ScoreBins();
        for (const [score, truth, weight] of rows) scores.update({ score: score / 50, truth: truth === 1 ? 1 : 0 }, weight);
        const sums = new ErrorSums();
        for (const [estimate, weight] of errors) sums.update({ estimate, truth: 0 }, weight);
        const sketches = { confusion: Confusion.fromJSON(confusion), scores, errors: sums };
        for (const interval of QUALITY_INTERVALS) {
          const metric = QUALITY_METRICS.find(({ name }) => name === interval.name)!;
          const reading = metric.measure(sketches[interval.reads as 'confusion'] as never);
          const bounded = read(interval, sketches, 0.95);
          if (bounded.kind === 'undetermined') expect(bounded).toEqual(reading);
          else {
            expect(reading).toEqual({ kind: 'measured', value: bounded.value });
            expect(bounded.lower).toBeLessThanOrEqual(bounded.value);
            expect(bounded.upper).toBeGreaterThanOrEqual(bounded.value);
            if (interval.reads === 'errors') continue;
            expect(bounded.lower).toBeGreaterThanOrEqual(0);
            expect(bounded.upper).toBeLessThanOrEqual(1);
          }
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('have no variance of an AUC without two of each class', () => {
    const scores = new ScoreBins();
    scores.update({ score: 0.5, truth: 1 }, 100);
    expect(aucVariance(scores)).toBeNaN();
    scores.update({ score: 0.5, truth: 0 });
    expect(aucVariance(scores)).toBeNaN();
  });
});

describe('the interval of an AUC', () => {
  interface Population {
    readonly positives: number;
    readonly negatives: number;
    /** How many standard deviations of the negatives the classes are apart, before scores are made of them. */
    readonly apart: number;
    /** Standard deviation of the positives. */
    readonly spread: number;
  }

  /** The share of 500 draws whose interval holds the AUC that the bins have of the population. */
  function coverage({ positives, negatives, apart, spread }: Population, boundsOf: (scores: ScoreBins) => Interval): number {
    const { normal, logistic } = draws(seededRandom(7));
    const draw = (ofPositive: number, ofNegative: number) => {
      const scores = new ScoreBins();
      for (let i = 0; i < ofPositive; i++) scores.update({ score: logistic(spread * normal() + apart), truth: 1 });
      for (let i = 0; i < ofNegative; i++) scores.update({ score: logistic(normal()), truth: 0 });
      return scores;
    };
    const { value: truth } = ours(draw(100_000, 100_000));
    let held = 0;
    for (let i = 0; i < 500; i++) {
      const { lower, upper } = boundsOf(draw(positives, negatives));
      if (lower <= truth && truth <= upper) held++;
    }
    return held / 500;
  }

  const ours = (scores: ScoreBins) => read(intervalNamed('auc'), { scores }, 0.95) as Interval & { kind: 'measured' };
  const around = (value: number, variance: number): Interval => {
    const half = confidenceStandardErrors(0.95) * Math.sqrt(variance);
    return { value, lower: value - half, upper: value + half };
  };
  const usual = (scores: ScoreBins) => around(ours(scores).value, aucVariance(scores));
  /** Hanley and McNeil's variance, 1982: a function of the AUC and the counts alone. */
  const hanleyMcNeil =
    ({ positives, negatives }: Population) =>
    (scores: ScoreBins) => {
      const { value } = ours(scores);
      const [q1, q2] = [value / (2 - value), (2 * value * value) / (1 + value)];
      const sum = value * (1 - value) + (positives - 1) * (q1 - value ** 2) + (negatives - 1) * (q2 - value ** 2);
      return around(value, sum / (positives * negatives));
    };
  const alike = { positives: 100, negatives: 400, spread: 1 };

  it.each([0, 1, 2, 3])('at 0.95 holds it in 93 to 98 of 100 draws: classes %p standard deviations apart', (apart) => {
    const share = coverage({ ...alike, apart }, ours);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.98);
  });

  it('holds it in 91 of 100 where the AUC is 0.994, in which the usual one, value +- z standard errors, holds it in 87', () => {
    const population = { ...alike, apart: 3.6 };
    expect(coverage(population, ours)).toBeGreaterThan(0.91);
    expect(coverage(population, usual)).toBeLessThan(0.87);
  });

  it("holds it in 93 of 100 where the rarer class is spread wider, in which Hanley and McNeil's variance holds it in fewer than 90", () => {
    const population = { positives: 100, negatives: 1000, apart: 0, spread: 2 };
    expect(coverage(population, ours)).toBeGreaterThan(0.93);
    expect(coverage(population, hanleyMcNeil(population))).toBeLessThan(0.9);
  });
});
