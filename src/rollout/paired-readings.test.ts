import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { seededRandom } from '../explain/index.js';
import type { IntervalReading } from '../math/index.js';
import { binomialChances, CLASSES, expectNear, goldenCases, intervalOf, qualityOf, SEED, type GoldenInterval } from './conformance.js';
import {
  accuracyDifference,
  Agreement,
  disagreementRatio,
  failureRatio,
  LatencyPairs,
  latencyDifference,
  latencyRatio,
  lossDifference,
  mcnemar,
  missingOutputRatio,
  outputDifference,
  PairedQuality,
} from './index.js';

const tooLittle = { kind: 'undetermined', reason: 'insufficient_data' };
const counts = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 500 }), fc.nat({ max: 1_000_000 }));
const tables = fc.tuple(counts, counts, counts, counts).filter((table) => table.reduce((sum, count) => sum + count, 0) >= 100);
const confidences = fc.constantFrom(0.7, 0.9, 0.95, 0.99, 0.999);

describe('difference in accuracy', () => {
  interface TableCase {
    readonly name: string;
    readonly outcomes: readonly number[];
    readonly confidence: number;
    readonly interval: GoldenInterval;
  }

  it.each(goldenCases<TableCase>('accuracy-difference'))(
    "is statsmodels' of the differences: $name",
    ({ outcomes, confidence, interval }) => {
      expectNear(intervalOf(accuracyDifference(qualityOf(outcomes), confidence)), interval);
    },
  );

  it('is as published for the complete responses of Cavo et al., 2012, in Fagerland, Lydersen, Laake, chapter 8', () => {
    // Champion is the therapy after, challenger the one before.
    const rounded = intervalOf(accuracyDifference(qualityOf([59, 16, 6, 80]))).map((bound) => Number(bound.toFixed(4)));
    expect(rounded).toEqual([-0.0621, -0.1195, -0.0032]);
  });

  it('lies within its interval, and both within -1..1; with versions that change places they change sign', () => {
    fc.assert(
      fc.property(tables, confidences, ([both, b, c, neither], confidence) => {
        const [value, lower, upper] = intervalOf(accuracyDifference(qualityOf([both, b, c, neither]), confidence));
        expect(-1 <= lower && lower <= value && value <= upper && upper <= 1).toBe(true);
        expect(lower < upper).toBe(true);
        expectNear(intervalOf(accuracyDifference(qualityOf([both, c, b, neither]), confidence)), [-value, -upper, -lower]);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('covers the true difference with a chance of at least 0.935 for 0.95, 0.98 for 0.99, from 100 pairs on', () => {
    for (const [confidence, least] of [
      [0.95, 0.935],
      [0.99, 0.98],
    ] as const) {
      for (const [pairs, share, champion] of coverageGrid()) {
        expect(coverage(pairs, share, champion, confidence)).toBeGreaterThanOrEqual(least);
      }
    }
  });

  it('tells what McNemar tells, wherever that is clear', () => {
    fc.assert(
      fc.property(tables, (table) => {
        const { pValue } = mcnemar(qualityOf(table));
        const [, lower, upper] = intervalOf(accuracyDifference(qualityOf(table)));
        const chance = pValue.kind === 'measured' ? pValue.value : NaN;
        if (chance < 0.02) expect(lower > 0 || upper < 0).toBe(true);
        if (chance > 0.1) expect(lower <= 0 && upper >= 0).toBe(true);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

/** Numbers of pairs, shares of discordant ones, and of those the share in which the champion alone is right. */
function coverageGrid(): (readonly [number, number, number])[] {
  return [100, 200].flatMap((pairs) =>
    [0.002, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4].flatMap((share) =>
      [0.5, 0.6, 0.75, 0.9, 1].map((champion) => [pairs, share, champion] as const),
    ),
  );
}

/** The exact chance that the interval holds the true difference: over every table, with its chance. */
function coverage(pairs: number, share: number, champion: number, confidence: number): number {
  const truth = share * (1 - 2 * champion);
  const discordant = binomialChances(pairs, share);
  let covered = 0;
  for (let of = 0; of <= pairs; of++) {
    if (discordant[of]! < 1e-9) continue;
    binomialChances(of, champion).forEach((chance, b) => {
      const [, lower, upper] = intervalOf(accuracyDifference(qualityOf([pairs - of, b, of - b, 0]), confidence));
      if (lower <= truth && truth <= upper) covered += discordant[of]! * chance;
    });
  }
  return covered;
}

describe('ratios', () => {
  interface ShareCase {
    readonly name: string;
    readonly cases: number;
    readonly count: number;
    readonly confidence: number;
    readonly interval: GoldenInterval;
  }

  const agreementOf = (cases: number, count: number) => {
    const agreement = new Agreement(CLASSES);
    agreement.update({ champion: 1, challenger: 0 }, cases);
    agreement.update({ champion: 1, challenger: 1 }, count - cases);
    return agreement;
  };
  const missingOf = (cases: number, count: number) => {
    const agreement = new Agreement(CLASSES);
    agreement.update({ champion: 1, challenger: NaN }, cases);
    agreement.update({ champion: 1, challenger: 1 }, count - cases);
    agreement.update({ champion: NaN, challenger: 1 }, 3);
    agreement.update({ champion: NaN, challenger: NaN }, 5);
    return agreement;
  };
  const shadowOf = (cases: number, count: number) => {
    const timedOut = Math.floor(cases / 3);
    return { scored: count - cases, failed: cases - timedOut, timedOut, dropped: 7, skipped: 9 };
  };
  const RATIOS: readonly [string, (cases: number, count: number, confidence?: number) => IntervalReading][] = [
    ['of disagreement', (cases, count, confidence) => disagreementRatio(agreementOf(cases, count), confidence)],
    ['of missing outputs', (cases, count, confidence) => missingOutputRatio(missingOf(cases, count), confidence)],
    ['of failures', (cases, count, confidence) => failureRatio(shadowOf(cases, count), confidence)],
  ];

  describe.each(RATIOS)('%s', (_, ratio) => {
    it.each(goldenCases<ShareCase>('share'))("are statsmodels': $name", ({ cases, count, confidence, interval }) => {
      expectNear(intervalOf(ratio(cases, count, confidence)), interval);
    });

    it('have too little data below 100', () => {
      expect(ratio(3, 99)).toEqual(tooLittle);
      expect(ratio(3, 100).kind).toBe('measured');
      expect(ratio(0, 0)).toEqual(tooLittle);
    });

    it('lie within their interval, and both within 0..1', () => {
      fc.assert(
        fc.property(counts, counts, confidences, (cases, rest, confidence) => {
          const [value, lower, upper] = intervalOf(ratio(cases, cases + rest + 100, confidence));
          expect(0 <= lower && lower <= value && value <= upper && upper <= 1).toBe(true);
          expect(lower < upper).toBe(true);
        }),
        { seed: SEED },
      );
    });
  });

  it('by Wilson cover the true share with a chance of 0.945 or more on the whole, and of 0.92 for any from 0.01 to 0.99', () => {
    for (const count of [100, 250]) {
      const covered = Array.from({ length: 99 }, (_, i) => {
        const share = (i + 1) / 100;
        return binomialChances(count, share).reduce((sum, chance, cases) => {
          const [, lower, upper] = intervalOf(disagreementRatio(agreementOf(cases, count)));
          return lower <= share && share <= upper ? sum + chance : sum;
        }, 0);
      });
      expect(Math.min(...covered)).toBeGreaterThanOrEqual(0.92);
      expect(covered.reduce((sum, chance) => sum + chance, 0) / covered.length).toBeGreaterThanOrEqual(0.945);
    }
  });

  it.each([0, 1, NaN, -0.5])('refuse a confidence of %p', (confidence) => {
    expect(() => disagreementRatio(agreementOf(3, 200), confidence)).toThrow(
      `an interval needs a confidence between 0 and 1, got ${confidence}`,
    );
  });
});

describe('means of differences', () => {
  it('cover the true mean loss difference, and the true mean difference of outputs, in 0.93 to 0.97 of 2,000 runs for 0.95', () => {
    const random = seededRandom(SEED);
    let [loss, output] = [0, 0];
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const [quality, agreement] = [new PairedQuality(CLASSES), new Agreement(CLASSES)];
      for (let i = 0; i < 150; i++) {
        const chance = random();
        // The challenger shrinks to a half: on average as high, and worse by E (p/2 + 1/4 - p)^2 = 1/48.
        const pair = { champion: chance, challenger: chance / 2 + 0.25 };
        quality.update({ ...pair, truth: random() < chance ? 1 : 0 });
        agreement.update(pair);
      }
      const holds = ([, lower, upper]: GoldenInterval, truth: number) => (lower <= truth && truth <= upper ? 1 : 0);
      loss += holds(intervalOf(lossDifference(quality)), 1 / 48);
      output += holds(intervalOf(outputDifference(agreement)), 0);
    }
    for (const covered of [loss / runs, output / runs]) {
      expect(covered).toBeGreaterThan(0.93);
      expect(covered).toBeLessThan(0.97);
    }
  });

  it('have too little data below 100 pairs', () => {
    const [quality, agreement] = [new PairedQuality(CLASSES), new Agreement(CLASSES)];
    quality.update({ champion: 0.4, challenger: 0.6, truth: 1 }, 99);
    agreement.update({ champion: 0.4, challenger: 0.6 }, 99);
    expect([lossDifference(quality), accuracyDifference(quality), outputDifference(agreement)]).toEqual([tooLittle, tooLittle, tooLittle]);
    quality.update({ champion: 0.4, challenger: 0.6, truth: 1 });
    agreement.update({ champion: 0.4, challenger: 0.6 });
    expect([lossDifference(quality).kind, accuracyDifference(quality).kind, outputDifference(agreement).kind]).not.toContain(
      'undetermined',
    );
  });
});

describe('latency ratio', () => {
  interface LatencyCase {
    readonly name: string;
    readonly pairs: readonly (readonly [number, number])[];
    readonly interval: GoldenInterval;
    readonly difference: GoldenInterval;
  }
  const latencyOf = (pairs: readonly (readonly [number, number])[]) => {
    const latency = new LatencyPairs();
    for (const [championSeconds, challengerSeconds] of pairs) latency.update({ championSeconds, challengerSeconds });
    return latency;
  };

  it.each(goldenCases<LatencyCase>('latency-ratio'))("is statsmodels', of linearised pairs: $name", ({ pairs, interval }) => {
    expectNear(intervalOf(latencyRatio(latencyOf(pairs))), interval);
  });

  it.each(goldenCases<LatencyCase>('latency-ratio'))("has a difference beside it that is statsmodels': $name", ({ pairs, difference }) => {
    expectNear(intervalOf(latencyDifference(latencyOf(pairs))), difference);
  });

  it('turns over with the versions', () => {
    const seconds = fc.double({ min: 1e-6, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(seconds, seconds), { minLength: 100, maxLength: 130 }), (pairs) => {
        const [value, lower, upper] = intervalOf(latencyRatio(latencyOf(pairs)));
        const turned = intervalOf(latencyRatio(latencyOf(pairs.map(([a, b]) => [b, a]))));
        expect(lower <= value && value <= upper).toBe(true);
        expectNear(turned, [1 / value, 1 / upper, 1 / lower]);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  it('covers the true ratio in 0.93 to 0.97 of 2,000 runs for 0.95', () => {
    const random = seededRandom(SEED);
    const runs = 2000;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const pairs = Array.from({ length: 150 }, () => {
        const load = -Math.log(1 - random());
        return [0.01 * load, 0.015 * load * (0.5 + random())] as const;
      });
      const [, lower, upper] = intervalOf(latencyRatio(latencyOf(pairs)));
      if (lower <= 1.5 && 1.5 <= upper) covered++;
    }
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.97);
  });

  it('has too little data below 100 pairs, and is undefined where a version took no time', () => {
    expect(latencyRatio(latencyOf(new Array(99).fill([1, 2])))).toEqual(tooLittle);
    expect(latencyRatio(latencyOf(new Array(100).fill([1, 2])))).toEqual({ kind: 'measured', value: 2, lower: 2, upper: 2 });
    expect(latencyRatio(latencyOf(new Array(100).fill([0, 2])))).toEqual({ kind: 'undetermined', reason: 'undefined' });
    expect(latencyRatio(latencyOf(new Array(100).fill([2, 1e-300])))).toEqual({ kind: 'undetermined', reason: 'undefined' });
  });
});
