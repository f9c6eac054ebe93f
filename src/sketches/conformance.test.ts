import { describe } from '@jest/globals';
import * as fc from 'fast-check';
import type { Binning } from '../contracts/binning.js';
import { nearlyEqual, numbers, scores, testSketch, truths } from './conformance.js';
import { CalibrationBins, Confusion, ErrorSums, Frequencies, Moments, QuantileSketch, ScoreBins } from './index.js';
import type { MomentsJSON, SketchKind } from './index.js';

const numeric: Binning = { kind: 'numeric', edges: [-3, 0, 3.5, 7], min: -4, max: 100 };
const ten: Binning = { kind: 'numeric', edges: [1, 2, 3, 4, 5, 6, 7, 8, 9], min: 0, max: 10 };
const categorical: Binning = { kind: 'categorical', categories: ['JFK', 'EWR'], known: ['LGA', 'PHL'] };

/** To 1e-9 of the greatest magnitude that went in; of its square, for squares. */
function momentsAgree(a: MomentsJSON, b: MomentsJSON): boolean {
  const magnitude = Math.max(Math.abs(a.min ?? 0), Math.abs(a.max ?? 0));
  return (
    a.count === b.count &&
    a.min === b.min &&
    a.max === b.max &&
    Math.abs((a.mean ?? 0) - (b.mean ?? 0)) <= 1e-9 * magnitude + 1e-300 &&
    Math.abs(a.m2 - b.m2) <= 1e-9 * a.count * magnitude * magnitude + 1e-300
  );
}

/** By kind, so that a sketch that is registered without its laws does not compile. */
const SUITES: { readonly [K in SketchKind]: () => void } = {
  frequencies() {
    testSketch({
      name: 'of numbers',
      empty: () => new Frequencies(numeric),
      fromJSON: Frequencies.fromJSON,
      values: fc.oneof(numbers, fc.constantFrom(null, '', 'text')),
      unequal: [
        { make: () => new Frequencies(ten), message: 'frequencies need equal bins, got 5 and 10' },
        {
          make: () => new Frequencies({ ...numeric, edges: [-3, 0, 3.5, 8] }),
          message: 'frequencies need equal bins, got 5 numeric [-3 ... 7] and 5 numeric [-3 ... 8]',
        },
        { make: () => new Frequencies({ ...numeric, max: 99 }), message: 'frequencies need equal ranges, got -4..100 and -4..99' },
        { make: () => new Frequencies(categorical), message: 'frequencies need equal bins, got 5 and 4' },
      ],
    });
    testSketch({
      name: 'of categories',
      empty: () => new Frequencies(categorical),
      fromJSON: Frequencies.fromJSON,
      values: fc.oneof(fc.constantFrom('JFK', 'EWR', 'LGA', 'PHL', 'XYZ', '', null, '__other__', '__proto__', NaN, 3), fc.string()),
      unequal: [
        {
          make: () => new Frequencies({ ...categorical, categories: ['EWR', 'JFK'] }),
          message: 'frequencies need equal bins, got 4 categorical [JFK, EWR] and 4 categorical [EWR, JFK]',
        },
        { make: () => new Frequencies({ ...categorical, known: [] }), message: 'frequencies need equal bins, got 4' },
        { make: () => new Frequencies({ ...numeric, edges: [1, 2, 3] }), message: 'frequencies need equal bins, got 4 categorical' },
      ],
    });
  },
  quantiles() {
    // Few bins, so that most lists overflow them: from exact values through several levels.
    for (const binsMax of [5, 16, 512]) {
      testSketch({
        name: `of at most ${binsMax} bins`,
        empty: () => new QuantileSketch(binsMax),
        fromJSON: QuantileSketch.fromJSON,
        values: numbers,
        unequal: [
          { make: () => new QuantileSketch(binsMax + 2), message: `quantile sketches need equal bins, got ${binsMax} and ${binsMax + 2}` },
        ],
      });
    }
  },
  moments() {
    testSketch({
      name: 'of numbers',
      empty: () => new Moments(),
      fromJSON: Moments.fromJSON,
      values: numbers,
      unequal: [],
      agree: momentsAgree,
    });
  },
  confusion() {
    testSketch({
      name: 'of classes',
      empty: () => new Confusion(),
      fromJSON: Confusion.fromJSON,
      values: fc.record({ predicted: truths, truth: truths }),
      unequal: [],
    });
  },
  scores() {
    testSketch({
      name: 'of scores',
      empty: () => new ScoreBins(),
      fromJSON: ScoreBins.fromJSON,
      values: fc.record({ score: scores, truth: truths }),
      unequal: [{ make: () => new ScoreBins(20), message: 'score bins need equal bins, got 50 and 20' }],
    });
  },
  calibration() {
    testSketch({
      name: 'of scores',
      empty: () => new CalibrationBins(),
      fromJSON: CalibrationBins.fromJSON,
      values: fc.record({ score: scores, truth: truths }),
      unequal: [{ make: () => new CalibrationBins(15), message: 'calibration bins need equal bins, got 10 and 15' }],
      agree: nearlyEqual,
    });
  },
  errors() {
    testSketch({
      name: 'of estimates',
      empty: () => new ErrorSums(),
      fromJSON: ErrorSums.fromJSON,
      values: fc.record({ estimate: fc.oneof(scores, numbers), truth: fc.oneof(truths, numbers) }),
      unequal: [],
      agree: nearlyEqual,
    });
  },
};

describe.each(Object.entries(SUITES))('%s', (_, suite) => {
  suite();
});
