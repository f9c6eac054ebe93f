import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { seededRandom } from '../explain/index.js';
import { nearlyEqual } from '../sketches/conformance.js';
import { Confusion, ErrorSums, ScoreBins, type ConfusionJSON, type ErrorSumsJSON } from '../sketches/index.js';
import {
  confusionOf,
  confusionsOf,
  expectNear,
  goldenCases,
  intervalOf,
  SEED,
  slicings,
  type GoldenInterval,
  type Outcomes,
} from './conformance.js';
import { foldSlices, rankSlices, sliceAccuracy, sliceErrorRatio, sliceRecall, type RankedSlice } from './index.js';

const tooLittle = { kind: 'undetermined', reason: 'insufficient_data' };
const undefinedReading = { kind: 'undetermined', reason: 'undefined' };

interface SliceCase<JSON> {
  readonly name: string;
  readonly slices: Readonly<Record<string, JSON>>;
  readonly confidence: number;
  readonly ranked: readonly {
    readonly value: string;
    readonly count: number;
    readonly quality: GoldenInterval;
    readonly gap: GoldenInterval;
  }[];
}

function expectRanked(ranked: readonly RankedSlice[], golden: SliceCase<unknown>['ranked']): void {
  const measured = ranked.filter(({ gap }) => gap.kind === 'measured');
  expect(measured.map(({ value, count }) => ({ value, count }))).toEqual(golden.map(({ value, count }) => ({ value, count })));
  measured.forEach(({ quality, gap }, i) => {
    expectNear(intervalOf(quality), golden[i]!.quality);
    expectNear(intervalOf(gap), golden[i]!.gap);
  });
}

describe('the ranking of slices', () => {
  for (const [metric, unit] of [
    [sliceAccuracy, 'slice-accuracy'],
    [sliceRecall, 'slice-recall'],
  ] as const) {
    it.each(goldenCases<SliceCase<ConfusionJSON>>(unit))(
      `by ${metric.name} is as statsmodels and scikit-learn have it: $name`,
      (golden) => {
        expectRanked(rankSlices(metric, confusionsOf(golden.slices), golden.confidence), golden.ranked);
      },
    );
  }

  it.each(goldenCases<SliceCase<ErrorSumsJSON>>('slice-error-ratio'))(
    'by error ratio is as statsmodels and scikit-learn have it: $name',
    (golden) => {
      const slices = new Map(Object.entries(golden.slices).map(([value, sums]) => [value, ErrorSums.fromJSON(sums)]));
      expectRanked(rankSlices(sliceErrorRatio, slices, golden.confidence), golden.ranked);
    },
  );

  const slicesOf = (slices: Readonly<Record<string, Outcomes>>) =>
    new Map(Object.entries(slices).map(([value, outcomes]) => [value, confusionOf(outcomes)]));

  it('puts a slice that is worse for certain before one that is worse by more, perhaps', () => {
    const ranked = rankSlices(sliceAccuracy, slicesOf({ few: [75, 15, 0, 20], many: [7200, 900, 0, 1900], rest: [9000, 500, 0, 500] }));
    expect(ranked.map(({ value }) => value)).toEqual(['many', 'few', 'rest']);
    const [many, few] = ranked.map(({ gap }) => intervalOf(gap));
    expect(few![0]).toBeGreaterThan(many![0]);
  });

  it('puts slices without a gap last, the larger first, and leaves __other__ out', () => {
    const ranked = rankSlices(
      sliceRecall,
      slicesOf({
        none: [0, 50, 500, 0],
        few: [60, 50, 500, 39],
        'a few': [60, 50, 500, 39],
        __other__: [500, 10, 10, 500],
        enough: [100, 0, 0, 0],
      }),
    );
    expect(ranked.map(({ value, gap }) => [value, gap.kind])).toEqual([
      ['enough', 'measured'],
      ['a few', 'undetermined'],
      ['few', 'undetermined'],
      ['none', 'undetermined'],
    ]);
    expect(ranked.slice(1).map(({ gap }) => gap)).toEqual([tooLittle, tooLittle, undefinedReading]);
    expect(ranked.slice(1).map(({ quality }) => quality)).toEqual([tooLittle, tooLittle, undefinedReading]);
  });

  it('has no gap where there is no rest, or too little of it', () => {
    expect(rankSlices(sliceAccuracy, slicesOf({ only: [500, 0, 0, 0] })).map(({ gap }) => gap)).toEqual([tooLittle]);
    expect(rankSlices(sliceAccuracy, slicesOf({ most: [500, 0, 0, 0], few: [99, 0, 0, 0] })).map(({ gap }) => gap)).toEqual([
      tooLittle,
      tooLittle,
    ]);
    expect(rankSlices(sliceAccuracy, new Map())).toEqual([]);
  });

  it('by error ratio is undefined where a slice or the rest has no error at all', () => {
    const errorsOf = (error: number) => {
      const errors = new ErrorSums();
      errors.update({ estimate: error, truth: 0 }, 500);
      return errors;
    };
    const gaps = (errors: readonly number[]) =>
      rankSlices(sliceErrorRatio, new Map(errors.map((error, i) => [`${i}`, errorsOf(error)]))).map(({ gap }) => gap);
    expect(gaps([0, 2])).toEqual([undefinedReading, undefinedReading]);
    expect(gaps([1, 3]).map((gap) => gap.kind === 'measured' && gap.value)).toEqual([0.5, -0.5]);
  });
});

describe('the laws of the ranking', () => {
  const law = (name: string, check: (slices: Map<string, Confusion>) => void) => {
    it(name, () => {
      fc.assert(fc.property(slicings, check), { seed: SEED, numRuns: 300 });
    });
  };

  law('it holds every slice but __other__ once, by descending lower bound', (slices) => {
    for (const metric of [sliceAccuracy, sliceRecall]) {
      const ranked = rankSlices(metric, slices);
      expect(ranked.map(({ value }) => value).sort()).toEqual([...slices.keys()].filter((value) => value !== '__other__').sort());
      const bounds = ranked.map(({ gap }) => (gap.kind === 'measured' ? gap.lower : -Infinity));
      expect(bounds).toEqual(bounds.toSorted((a, b) => b - a));
    }
  });

  law('it does not depend on the order of the slices', (slices) => {
    expect(rankSlices(sliceAccuracy, new Map([...slices].reverse()))).toEqual(rankSlices(sliceAccuracy, slices));
  });

  law('gap and quality are within their intervals; the gap is the quality of the whole less that of the slice', (slices) => {
    const whole = new Confusion();
    for (const slice of slices.values()) whole.merge(slice);
    for (const [metric, of] of [
      [sliceAccuracy, ({ truePositive, trueNegative, count }: Confusion) => (truePositive + trueNegative) / count],
      [sliceRecall, ({ truePositive, falseNegative }: Confusion) => truePositive / (truePositive + falseNegative)],
    ] as const) {
      for (const { value, gap, quality } of rankSlices(metric, slices)) {
        if (gap.kind === 'undetermined' || quality.kind === 'undetermined') continue;
        for (const reading of [gap, quality]) {
          expect(reading.lower).toBeLessThanOrEqual(reading.value + 1e-12);
          expect(reading.value).toBeLessThanOrEqual(reading.upper + 1e-12);
        }
        expectNear([gap.value], [of(whole) - of(slices.get(value)!)]);
        expect(Math.min(gap.lower, 1 - gap.upper, gap.lower + 1)).toBeGreaterThanOrEqual(-1);
      }
    }
  });

  law('it leaves the slices as they were', (slices) => {
    const before = JSON.stringify([...slices]);
    foldSlices(
      slices,
      rankSlices(sliceAccuracy, slices).map(({ value }) => value),
    );
    expect(JSON.stringify([...slices])).toBe(before);
  });

  law('the worst slices and __other__ are the whole, exactly', (slices) => {
    const ranked = rankSlices(sliceAccuracy, slices).map(({ value }) => value);
    for (const topMax of [0, 1, 3, 100]) {
      const folded = foldSlices(slices, ranked.slice(0, topMax));
      const [before, after] = [new Confusion(), new Confusion()];
      for (const slice of slices.values()) before.merge(slice);
      for (const slice of folded.values()) after.merge(slice);
      expect(after.toJSON()).toEqual(before.toJSON());
      const foldedSome = folded.size < slices.size || slices.has('__other__') || topMax < ranked.length;
      expect([...folded.keys()]).toEqual([...ranked.slice(0, topMax), ...(foldedSome ? ['__other__'] : [])]);
      for (const value of ranked.slice(0, topMax)) expect(folded.get(value)!.toJSON()).toEqual(slices.get(value)!.toJSON());
    }
  });
});

describe('folding slices', () => {
  it('works for any sketch, to rounding where it sums', () => {
    const values = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.double({ min: -100, max: 100, noNaN: true })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(values, fc.subarray(['a', 'b', 'c', 'd']), (list, keep) => {
        const [errors, scores, whole] = [new Map<string, ErrorSums>(), new Map<string, ScoreBins>(), new ErrorSums()];
        for (const [value, estimate] of list) {
          if (!errors.has(value)) {
            errors.set(value, new ErrorSums());
            scores.set(value, new ScoreBins());
          }
          errors.get(value)!.update({ estimate, truth: 0 });
          scores.get(value)!.update({ score: Math.abs(estimate) / 100, truth: 1 });
          whole.update({ estimate, truth: 0 });
        }
        const kept = keep.filter((value) => errors.has(value));
        const after = new ErrorSums();
        for (const slice of foldSlices(errors, kept).values()) after.merge(slice);
        expect(nearlyEqual(after.toJSON(), whole.toJSON())).toBe(true);
        const counts = [...foldSlices(scores, kept).values()].map(({ count }) => count);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(list.length);
      }),
      { seed: SEED },
    );
  });

  it('merges the slice __other__ into __other__, and keeps no slice that there is not', () => {
    const slices = new Map([
      ['__other__', confusionOf([1, 2, 3, 4])],
      ['a', confusionOf([10, 20, 30, 40])],
      ['b', confusionOf([100, 200, 300, 400])],
    ]);
    const folded = foldSlices(slices, ['b']);
    expect([...folded].map(([value, { count }]) => [value, count])).toEqual([
      ['b', 1000],
      ['__other__', 110],
    ]);
    expect(() => foldSlices(slices, ['c'])).toThrow('folding slices keeps those that there are, got c');
    expect(() => foldSlices(slices, ['__other__'])).toThrow('folding slices keeps those that there are, got __other__');
  });
});

describe('the bounds of the gap hold the true gap as often as they claim', () => {
  const random = seededRandom(SEED);
  const runs = 1000;

  it('of accuracy and of recall, in 0.935 to 0.97 of 1,000 runs for 0.95, whether a slice is small, or most of the whole', () => {
    const truth: Readonly<Record<string, { readonly count: number; readonly right: number }>> = {
      small: { count: 150, right: 0.7 },
      middle: { count: 400, right: 0.85 },
      most: { count: 1200, right: 0.9 },
    };
    const total = Object.values(truth).reduce((sum, { count }) => sum + count, 0);
    const whole = Object.values(truth).reduce((sum, { count, right }) => sum + (count * right) / total, 0);
    for (const [metric, outcomes] of [
      [sliceAccuracy, (right: number, count: number): Outcomes => [Math.floor(right / 3), count - right, right - Math.floor(right / 3), 0]],
      [sliceRecall, (right: number, count: number): Outcomes => [right, 17, 400, count - right]],
    ] as const) {
      const covered: Record<string, number> = { small: 0, middle: 0, most: 0 };
      for (let run = 0; run < runs; run++) {
        const slices = Object.entries(truth).map(([value, { count, right }]): [string, Confusion] => {
          let cases = 0;
          for (let i = 0; i < count; i++) if (random() < right) cases++;
          return [value, confusionOf(outcomes(cases, count))];
        });
        for (const { value, gap } of rankSlices(metric, new Map(slices))) {
          const [, lower, upper] = intervalOf(gap);
          const gapTrue = whole - truth[value]!.right;
          if (lower <= gapTrue && gapTrue <= upper) covered[value]!++;
        }
      }
      for (const count of Object.values(covered)) {
        expect(count / runs).toBeGreaterThan(0.935);
        expect(count / runs).toBeLessThan(0.97);
      }
    }
  });

  it('of error ratio, in 0.93 to 0.98 of 1,000 runs for 0.95: the differences between the slices of a rest count as chance', () => {
    const truth: Readonly<Record<string, { readonly count: number; readonly mean: number }>> = {
      small: { count: 150, mean: 3 },
      middle: { count: 300, mean: 2 },
      most: { count: 700, mean: 1 },
    };
    const total = Object.values(truth).reduce((sum, { count }) => sum + count, 0);
    const whole = Object.values(truth).reduce((sum, { count, mean }) => sum + (count * mean) / total, 0);
    const covered: Record<string, number> = { small: 0, middle: 0, most: 0 };
    for (let run = 0; run < runs; run++) {
      const slices = Object.entries(truth).map(([value, { count, mean }]): [string, ErrorSums] => {
        const errors = new ErrorSums();
        for (let i = 0; i < count; i++) errors.update({ estimate: 2 * mean * random() * (random() < 0.5 ? 1 : -1), truth: 0 });
        return [value, errors];
      });
      for (const { value, gap } of rankSlices(sliceErrorRatio, new Map(slices))) {
        const [, lower, upper] = intervalOf(gap);
        const gapTrue = truth[value]!.mean / whole - 1;
        if (lower <= gapTrue && gapTrue <= upper) covered[value]!++;
      }
    }
    for (const count of Object.values(covered)) {
      expect(count / runs).toBeGreaterThan(0.93);
      expect(count / runs).toBeLessThan(0.98);
    }
  });

  it('of one slice: of 40 slices that are alike about one has a lower bound above 0', () => {
    let above = 0;
    const repeats = 200;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const slices = Array.from({ length: 40 }, (_, i): [string, Confusion] => {
        let right = 0;
        for (let row = 0; row < 200; row++) if (random() < 0.8) right++;
        return [`${i}`, confusionOf([right, 200 - right, 0, 0])];
      });
      above += rankSlices(sliceAccuracy, new Map(slices)).filter(({ gap }) => intervalOf(gap)[1] > 0).length;
    }
    expect(above / repeats).toBeGreaterThan(0.6);
    expect(above / repeats).toBeLessThan(1.6);
  });
});
