import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { IntervalReading } from '../math/index.js';
import type { ConfusionJSON } from '../sketches/index.js';
import {
  binomialChances,
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
import { groupFairness, type GroupComparison, type GroupFairness } from './index.js';

const tooLittle = { kind: 'undetermined', reason: 'insufficient_data' };
const undefinedReading = { kind: 'undetermined', reason: 'undefined' };
const COMPARISONS = ['positiveRateDifference', 'disparateImpact', 'recallDifference'] as const;
type Comparison = (typeof COMPARISONS)[number];

const groupsOf = (groups: Readonly<Record<string, Outcomes>>) =>
  new Map(Object.entries(groups).map(([group, counts]) => [group, confusionOf(counts)]));
const firstOf = (groups: Readonly<Record<string, Outcomes>>, options = {}): GroupFairness => groupFairness(groupsOf(groups), options)[0]!;

describe('fairness by group', () => {
  interface FairnessCase {
    readonly name: string;
    readonly groups: Readonly<Record<string, ConfusionJSON>>;
    readonly reference: string | null;
    readonly confidence: number;
    readonly compared: readonly (Readonly<Record<Comparison | 'positiveRate' | 'recall', GoldenInterval | null>> & {
      readonly group: string;
      readonly counts: readonly number[];
    })[];
  }

  it.each(goldenCases<FairnessCase>('fairness'))('is as statsmodels, fairlearn and AIF360 have it: $name, against $reference', (golden) => {
    const { groups, reference, confidence, compared } = golden;
    const options = reference === null ? { confidence } : { confidence, reference };
    const fairness = groupFairness(confusionsOf(groups), options);
    expect(fairness.map(({ group }) => group)).toEqual(compared.map(({ group }) => group));
    fairness.forEach((group, i) => {
      const expected = compared[i]!;
      const expectSame = (reading: IntervalReading, interval: GoldenInterval | null) => {
        if (interval === null) expect(reading.kind).toBe('undetermined');
        else expectNear(intervalOf(reading), interval);
      };
      for (const alone of ['positiveRate', 'recall'] as const) expectSame(group[alone], expected[alone]);
      for (const comparison of COMPARISONS) expectSame(group[comparison].reading, expected[comparison]);
      const { positiveRateDifference: rates, recallDifference: recalls } = group;
      expect([rates.count, rates.referenceCount, recalls.count, recalls.referenceCount]).toEqual(expected.counts);
      expect(group.disparateImpact).toMatchObject({ count: rates.count, referenceCount: rates.referenceCount });
    });
  });

  it.each<[string, Outcomes, Outcomes, GoldenInterval]>([
    ['Newcombe, 1998, table II a', [56, 0, 14, 0], [48, 0, 32, 0], [0.2, 0.0524, 0.3339]],
    ['Fagerland, Lydersen, Laake, 2017, chapter 4, of Perondi et al.', [7, 0, 27, 0], [1, 0, 33, 0], [0.1765, 0.0189, 0.3404]],
  ])('has the published interval of a difference: %s', (_, group, reference, interval) => {
    const { positiveRateDifference } = firstOf({ group, reference }, { reference: 'reference', countMin: 30 });
    expect(intervalOf(positiveRateDifference.reading).map((bound) => Number(bound.toFixed(4)))).toEqual(interval);
  });

  it.each<[string, Readonly<Record<string, Outcomes>>, Partial<Record<Comparison, object>>]>([
    [
      'few predictions',
      { a: [20, 20, 40, 19], b: [200, 200, 400, 200] },
      { positiveRateDifference: tooLittle, disparateImpact: tooLittle, recallDifference: tooLittle },
    ],
    [
      'few in the reference',
      { a: [200, 200, 400, 200], b: [20, 20, 40, 19] },
      { positiveRateDifference: tooLittle, disparateImpact: tooLittle, recallDifference: tooLittle },
    ],
    ['few positive ground truths', { a: [50, 200, 400, 49], b: [200, 200, 400, 200] }, { recallDifference: tooLittle }],
    ['no positive ground truth', { a: [0, 200, 400, 0], b: [200, 200, 400, 200] }, { recallDifference: undefinedReading }],
    ['none here, few there', { a: [0, 200, 400, 0], b: [9, 200, 400, 9] }, { recallDifference: tooLittle }],
    ['no positive prediction in the reference', { a: [90, 10, 400, 200], b: [0, 0, 400, 200] }, { disparateImpact: undefinedReading }],
    [
      'only one group',
      { a: [200, 200, 400, 200] },
      { positiveRateDifference: tooLittle, disparateImpact: tooLittle, recallDifference: tooLittle },
    ],
  ])('is undetermined with %s', (_, groups, expected) => {
    const first = firstOf(groups);
    for (const comparison of COMPARISONS) {
      const { reading } = first[comparison];
      if (expected[comparison] === undefined) expect(reading.kind).toBe('measured');
      else expect(reading).toEqual(expected[comparison]);
    }
  });

  it('of a named reference that has no predictions yet is undetermined for all', () => {
    const fairness = groupFairness(groupsOf({ a: [200, 200, 400, 200] }), { reference: 'b' });
    expect(fairness.map(({ positiveRateDifference }) => positiveRateDifference)).toEqual([
      { reading: tooLittle, count: 1000, referenceCount: 0 },
    ]);
  });

  it('has bounds of a ratio where a group has no positive prediction, or nothing else', () => {
    const none = intervalOf(firstOf({ a: [0, 0, 200, 100], b: [100, 100, 200, 100] }).disparateImpact.reading);
    expect(none.slice(0, 2)).toEqual([0, 0]);
    expect(none[2]).toBeGreaterThan(0);
    const [value, lower, upper] = intervalOf(firstOf({ a: [100, 0, 0, 0], b: [9900, 0, 50, 50] }).disparateImpact.reading);
    expect(lower).toBeLessThan(value - 0.02);
    expect(upper).toBeGreaterThan(value);
  });

  it('takes __other__ for no group, but for a part of the rest', () => {
    const fairness = groupFairness(groupsOf({ a: [100, 100, 100, 100], b: [100, 100, 100, 100], __other__: [0, 0, 300, 100] }));
    expect(fairness.map(({ group, positiveRateDifference }) => [group, positiveRateDifference.referenceCount])).toEqual([
      ['a', 800],
      ['b', 800],
    ]);
  });

  it('refuses a least count or a confidence of no sense', () => {
    expect(() => groupFairness(new Map(), { countMin: 0 })).toThrow('fairness needs a least count of at least 1, got 0');
    expect(() => firstOf({ a: [100, 0, 0, 0], b: [100, 0, 0, 0] }, { confidence: 1 })).toThrow(
      'an interval needs a confidence between 0 and 1, got 1',
    );
  });
});

describe('the laws of fairness', () => {
  const measuredOf = (groups: readonly GroupFairness[], comparison: Comparison) =>
    groups.flatMap((group): GroupComparison[] => (group[comparison].reading.kind === 'measured' ? [group[comparison]] : []));

  it('a reading lies within its interval, and that within the range of what is compared', () => {
    fc.assert(
      fc.property(slicings, fc.constantFrom(0.5, 0.95, 0.999), (groups, confidence) => {
        for (const comparison of COMPARISONS) {
          const [least, most] = comparison === 'disparateImpact' ? [0, Infinity] : [-1, 1];
          for (const { reading } of measuredOf(groupFairness(groups, { confidence }), comparison)) {
            const [value, lower, upper] = intervalOf(reading);
            const rounding = 1e-12 * Math.abs(value);
            expect(least <= lower && lower <= value + rounding && value - rounding <= upper && upper <= most).toBe(true);
            expect([lower, upper].every(Number.isFinite) && lower < upper).toBe(true);
          }
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('of two groups that change places differences change sign, and ratios turn over', () => {
    fc.assert(
      fc.property(slicings, (groups) => {
        const two = [...groups].filter(([group]) => group !== '__other__').slice(0, 2);
        const [a, b] = groupFairness(new Map(two));
        if (a === undefined || b === undefined) return;
        for (const comparison of ['positiveRateDifference', 'recallDifference'] as const) {
          const [there, back] = [a[comparison].reading, b[comparison].reading];
          if (there.kind === 'undetermined' || back.kind === 'undetermined') expect(there).toEqual(back);
          else expectNear(intervalOf(there), [-back.value, -back.upper, -back.lower]);
        }
        const [there, back] = [a.disparateImpact.reading, b.disparateImpact.reading];
        if (there.kind === 'undetermined' || back.kind === 'undetermined' || there.value === 0 || back.value === 0) return;
        for (const [bound, turned] of [
          [there.value, back.value],
          [there.lower, back.upper],
          [there.upper, back.lower],
        ] as const)
          expectNear([bound * turned], [1]);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('the rest of a group is all others merged', () => {
    fc.assert(
      fc.property(slicings, (groups) => {
        for (const fairness of groupFairness(groups)) {
          const rest = confusionOf([0, 0, 0, 0]);
          for (const [group, confusion] of groups) if (group !== fairness.group) rest.merge(confusion);
          const named = new Map([
            ['group', groups.get(fairness.group)!],
            ['rest', rest],
          ]);
          expect({ ...groupFairness(named, { reference: 'rest' })[0], group: fairness.group }).toEqual(fairness);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('leaves the confusions as they were', () => {
    fc.assert(
      fc.property(slicings, (groups) => {
        const before = JSON.stringify([...groups]);
        groupFairness(groups);
        groupFairness(groups, { reference: 'a' });
        expect(JSON.stringify([...groups])).toBe(before);
      }),
      { seed: SEED },
    );
  });
});

describe('coverage, exactly, over every outcome of both groups', () => {
  const RATES = [0.01, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99];
  /** Chance of an interval that holds the truth, by true rates. */
  const coverages = (counts: readonly [number, number], comparison: Comparison, truth: (a: number, b: number) => number) => {
    const intervals = Array.from({ length: counts[0] + 1 }, (_, a) =>
      Array.from({ length: counts[1] + 1 }, (_, b) => {
        const [group, rest]: Outcomes[] = [
          [a, 0, counts[0] - a, 0],
          [b, 0, counts[1] - b, 0],
        ];
        return firstOf({ group: group!, rest: rest! }, { reference: 'rest' })[comparison].reading;
      }),
    );
    return RATES.flatMap((rate) =>
      RATES.map((other) => {
        const [chances, others] = [binomialChances(counts[0], rate), binomialChances(counts[1], other)];
        let [covered, defined] = [0, 0];
        intervals.forEach((row, a) => {
          row.forEach((reading, b) => {
            if (reading.kind === 'undetermined') return;
            const chance = chances[a]! * others[b]!;
            defined += chance;
            if (reading.lower <= truth(rate, other) && truth(rate, other) <= reading.upper) covered += chance;
          });
        });
        return { rate, other, coverage: covered / defined };
      }),
    );
  };

  it.each<[number, number]>([
    [100, 100],
    [100, 900],
  ])('of 0.95 for %d and %d predictions', (count, other) => {
    const differences = coverages([count, other], 'positiveRateDifference', (a, b) => a - b).map(({ coverage }) => coverage);
    expect(Math.min(...differences)).toBeGreaterThanOrEqual(0.92);
    expect(differences.reduce((sum, coverage) => sum + coverage, 0) / differences.length).toBeGreaterThanOrEqual(0.945);
    const ratios = coverages([count, other], 'disparateImpact', (a, b) => a / b).filter(
      ({ rate, other: otherRate }) => rate * count >= 5 && otherRate * other >= 5,
    );
    expect(Math.min(...ratios.map(({ coverage }) => coverage))).toBeGreaterThanOrEqual(0.93);
    expect(ratios.reduce((sum, { coverage }) => sum + coverage, 0) / ratios.length).toBeGreaterThanOrEqual(0.945);
  });
});
