import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SEED, attributionsOf, expectNear, goldenCases, testAttributionStatistic } from './conformance.js';
import {
  ATTRIBUTION_STATISTICS,
  Attributions,
  attributionNdcg,
  attributionShares,
  attributionTotalVariation,
  driftImpacts,
  EXPLANATIONS_MIN,
  greatestDiscountedGain,
  seededRandom,
} from './index.js';
import type { Reading } from '../contracts/reading.js';

const tooLittle: Reading = { kind: 'undetermined', reason: 'insufficient_data' };
const undefinedReading: Reading = { kind: 'undetermined', reason: 'undefined' };
const measured = (value: number): Reading => ({ kind: 'measured', value });

for (const statistic of ATTRIBUTION_STATISTICS) testAttributionStatistic(statistic);

describe('the registry', () => {
  it('names each statistic once, and has each in a file of its name', () => {
    const names = ATTRIBUTION_STATISTICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !existsSync(new URL(`./${name}.ts`, import.meta.url)))).toEqual([]);
  });

  it('holds every statistic that has golden values', () => {
    const golden = readdirSync(new URL('.', import.meta.url)).filter((file) => /^attribution-.+\.golden\.json$/.test(file));
    expect(golden.sort()).toEqual(ATTRIBUTION_STATISTICS.map(({ name }) => `${name}.golden.json`).sort());
  });
});

describe('the order of attributions', () => {
  const ndcg = (current: readonly number[], reference: readonly number[]) =>
    attributionNdcg.measure({ current: attributionsOf(current), reference: attributionsOf(reference) });

  it('has the gain of its own order at best, over all places or the first', () => {
    expect(greatestDiscountedGain([0.05, 0.7, 0.5], 32)).toBeCloseTo(0.7 + 0.5 / Math.log2(3) + 0.05 / 2, 12);
    expect(greatestDiscountedGain([0.05, 0.7, 0.5], 1)).toBe(0.7);
    expect(greatestDiscountedGain([], 32)).toBe(0);
  });

  it('reversed has the golden value of the design: 0.6876', () => {
    expect(ndcg([0.05, 0.5, 0.7], [0.7, 0.5, 0.05])).toEqual(measured(expect.closeTo(0.6876, 4) as unknown as number));
  });

  it('is undefined with one feature, or where none mattered in training; not where none matters now', () => {
    expect(ndcg([1], [1])).toEqual(undefinedReading);
    expect(ndcg([1, 2], [0, 0])).toEqual(undefinedReading);
    expect(ndcg([0, 0], [1, 3]).kind).toBe('measured');
  });

  it('is worst where it is reversed, and best where it is kept', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 7 });
    fc.assert(
      fc.property(distinct, fc.infiniteStream(fc.integer()), (gains, stream) => {
        const value = (live: readonly number[]) => {
          const reading = ndcg(live, gains);
          return reading.kind === 'measured' ? reading.value : NaN;
        };
        const any = value(gains.map(() => stream.next().value as number).map(Math.abs));
        expectNear([value(gains.map((gain) => gain ** 2))], [1]);
        expect(value(gains.map((gain) => 1 / gain))).toBeLessThanOrEqual(any + 1e-12);
        expect(any).toBeGreaterThan(0);
      }),
      { seed: SEED },
    );
  });
});

describe('total variation of shares', () => {
  const between = (current: readonly number[], reference: readonly number[]) =>
    attributionTotalVariation.measure({ current: attributionsOf(current), reference: attributionsOf(reference) });

  it('is undefined where no feature matters on either side', () => {
    expect(between([0, 0], [1, 2])).toEqual(undefinedReading);
    expect(between([1, 2], [0, 0])).toEqual(undefinedReading);
  });

  it('is a metric', () => {
    const features = fc.array(fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 9 }))), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(features, (list) => {
        const [a, b, c] = [0, 1, 2].map((part) => list.map((triple) => triple[part]!));
        const [ab, ba, bc, ac] = [between(a!, b!), between(b!, a!), between(b!, c!), between(a!, c!)];
        if (ab.kind !== 'measured' || bc.kind !== 'measured' || ac.kind !== 'measured') return;
        expect(ba).toEqual(ab);
        expect(ac.value).toBeLessThanOrEqual(ab.value + bc.value + 1e-12);
      }),
      { seed: SEED },
    );
  });
});

describe('the least count of explained predictions', () => {
  it('gives mean |value| of normal attributions to 7.6 %', () => {
    const random = seededRandom(SEED);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const means = Array.from({ length: 2000 }, () => {
      const attributions = new Attributions(['x']);
      for (let i = 0; i < EXPLANATIONS_MIN; i++) attributions.update([normal()]);
      return attributions.meanAbsolute(0);
    });
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
    const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / means.length;
    // 2,000 draws know a standard deviation to 1.6 %.
    expect(Math.sqrt(variance) / mean / 0.0756).toBeGreaterThan(0.95);
    expect(Math.sqrt(variance) / mean / 0.0756).toBeLessThan(1.05);
  });
});

interface ImpactCase {
  readonly name: string;
  readonly attributions: readonly number[];
  readonly drifts: readonly number[];
  readonly order: readonly number[];
  readonly impacts: readonly number[];
}

describe('drift impact', () => {
  it.each(goldenCases<ImpactCase>('drift-impact'))('is share times drift, the greatest first: $name', (golden) => {
    const drifts = new Map(golden.drifts.map((drift, i) => [`feature ${i}`, measured(drift)]));
    const impacts = driftImpacts(attributionsOf(golden.attributions), drifts);
    expect(impacts.map(({ feature }) => feature)).toEqual(golden.order.map((i) => `feature ${i}`));
    expectNear(
      impacts.map(({ impact }) => (impact.kind === 'measured' ? impact.value : NaN)),
      golden.impacts,
    );
  });

  it('is undetermined where drift or share is, and then comes last', () => {
    const attributions = attributionsOf([1, 2, 3, 4], 100, ['a', 'b', 'c', 'd']);
    const drifts = new Map([
      ['a', measured(0.1)],
      ['b', undefinedReading],
      ['d', measured(0)],
    ]);
    expect(driftImpacts(attributions, drifts)).toEqual([
      { feature: 'a', share: measured(0.1), drift: measured(0.1), impact: measured(0.1 * 0.1) },
      { feature: 'd', share: measured(0.4), drift: measured(0), impact: measured(0) },
      { feature: 'b', share: measured(0.2), drift: undefinedReading, impact: undefinedReading },
      { feature: 'c', share: measured(expect.closeTo(0.3, 12) as unknown as number), drift: tooLittle, impact: tooLittle },
    ]);
    const few = driftImpacts(attributionsOf([1], 99, ['a']), drifts);
    expect(few).toEqual([{ feature: 'a', share: tooLittle, drift: measured(0.1), impact: tooLittle }]);
  });

  it('has shares that sum to 1, or none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(0)), { minLength: 1, maxLength: 9 }),
        (means) => {
          const shares = attributionShares(attributionsOf(means));
          const sum = shares.reduce((total, share) => total + (share.kind === 'measured' ? share.value : NaN), 0);
          if (means.every((mean) => mean === 0)) expect(shares).toEqual(means.map(() => undefinedReading));
          else expectNear([sum], [1]);
        },
      ),
      { seed: SEED },
    );
  });
});
