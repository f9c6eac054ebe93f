import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { nearlyEqual, numbers, scores, testSketch, truths } from '../sketches/conformance.js';
import { CLASSES, expectNear, goldenCases, intervalOf, SEED, type GoldenInterval } from './conformance.js';
import {
  Agreement,
  LATENCY_DIFFERENCE_SECONDS_EDGES,
  LATENCY_SECONDS_MAX,
  LatencyPairs,
  lossDifference,
  OUTPUT_DIFFERENCE_EDGES,
  OUTPUT_MAX,
  outputDifference,
  PairedQuality,
  type AgreementJSON,
  type OutputRule,
} from './index.js';

const ESTIMATES: OutputRule = { kind: 'regression', toleranceAbsolute: 2 };
const outputs = fc.oneof(scores, numbers);
const rules = [
  { name: 'of classes', rule: CLASSES, other: 'probability at 0.5 and 0.4' },
  { name: 'of estimates', rule: ESTIMATES, other: 'regression within 3' },
];
const others: readonly OutputRule[] = [
  { ...CLASSES, challengerThreshold: 0.4 } as OutputRule,
  { kind: 'regression', toleranceAbsolute: 3 },
];
const inWords = (rule: OutputRule) => (rule.kind === 'regression' ? 'regression within 2' : 'probability at 0.5 and 0.5');

describe('agreement', () => {
  for (const { name, rule } of rules) {
    testSketch({
      name,
      empty: () => new Agreement(rule),
      fromJSON: Agreement.fromJSON,
      values: fc.record({ champion: outputs, challenger: outputs }),
      unequal: others.map((other, i) => ({
        make: () => new Agreement(other),
        message: `agreements need equal rules, got ${inWords(rule)} and ${rules[i]!.other}`,
      })),
      agree: nearlyEqual,
    });
  }

  interface AgreementCase {
    readonly name: string;
    readonly rule: OutputRule;
    readonly pairs: readonly (readonly [number, number])[];
    readonly outcomes: readonly number[];
    readonly bins: readonly number[];
    readonly over: number;
    readonly under: number;
    readonly squared: number;
    readonly mean: GoldenInterval;
  }

  it.each(goldenCases<AgreementCase>('agreement'))('is as scikit-learn and numpy count: $name', (golden) => {
    const agreement = new Agreement(golden.rule);
    for (const [champion, challenger] of golden.pairs) agreement.update({ champion, challenger });
    expect([...agreement.outcomes]).toEqual(golden.outcomes);
    expect([...agreement.differences.bins]).toEqual(golden.bins);
    const { over, under, squared } = agreement.differences;
    expectNear([over, under, squared], [golden.over, golden.under, golden.squared]);
    expectNear(intervalOf(outputDifference(agreement, 0.99)), golden.mean);
  });

  it('counts a missing output on its side, and in no ratio', () => {
    const agreement = new Agreement(CLASSES);
    agreement.update({ champion: NaN, challenger: 0.5 }, 2);
    agreement.update({ champion: 0.5, challenger: Infinity }, 3);
    agreement.update({ champion: 0.5, challenger: -2 * OUTPUT_MAX }, 4);
    agreement.update({ champion: NaN, challenger: NaN }, 5);
    expect(agreement).toMatchObject({ count: 0, disagreed: 0, championMissing: 2, challengerMissing: 7, bothMissing: 5 });
  });

  it('holds an output at its threshold for positive, and a distance of the tolerance for within', () => {
    const classes = new Agreement({ kind: 'probability', championThreshold: 0.5, challengerThreshold: 0.25 });
    classes.update({ champion: 0.5, challenger: 0.25 });
    classes.update({ champion: 0.499, challenger: 0.249 });
    expect([...classes.outcomes]).toEqual([1, 0, 0, 1]);
    const estimates = new Agreement(ESTIMATES);
    for (const challenger of [8, 12, 12.5]) estimates.update({ champion: 10, challenger });
    expect([...estimates.outcomes]).toEqual([2, 1]);
    expect(estimates.disagreed).toBe(1);
  });

  it('says the same of versions that change places, with the other sign', () => {
    const output = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(output, output), { maxLength: 30 }), (pairs) => {
        const [there, back] = [new Agreement(CLASSES), new Agreement(CLASSES)];
        for (const [a, b] of pairs) {
          there.update({ champion: a, challenger: b });
          back.update({ champion: b, challenger: a });
        }
        expect([there.disagreed, there.differences.over]).toEqual([back.disagreed, back.differences.under]);
        const [both, championOnly, challengerOnly, neither] = back.outcomes;
        expect([...there.outcomes]).toEqual([both, challengerOnly, championOnly, neither]);
      }),
      { seed: SEED },
    );
  });

  it.each([
    [{ kind: 'probability', championThreshold: NaN, challengerThreshold: 0 }, 'an output rule needs thresholds that are finite, got NaN'],
    [{ kind: 'regression', toleranceAbsolute: -1 }, 'an output rule needs a tolerance that is finite and at least 0, got -1'],
  ] as const)('refuses the rule %j', (rule, message) => {
    expect(() => new Agreement(rule)).toThrow(message);
    expect(() => new PairedQuality(rule)).toThrow(message);
  });

  it.each<[string, Partial<AgreementJSON>, string]>([
    ['other outcomes', { outcomes: [1, 2] }, 'agreements need 4 counts, got 2'],
    ['negative counts', { championMissing: -1 }, 'agreements need sums that are finite and at least 0, got -1'],
    ['differences of other pairs', { outcomes: [1, 0, 0, 0] }, 'agreements need as many differences as outcomes, got 0 and 1'],
  ])('refuses JSON with %s', (_, wrong, message) => {
    expect(() => Agreement.fromJSON({ ...new Agreement(CLASSES).toJSON(), ...wrong })).toThrow(message);
  });
});

describe('paired quality', () => {
  for (const { name, rule } of rules) {
    testSketch({
      name,
      empty: () => new PairedQuality(rule),
      fromJSON: PairedQuality.fromJSON,
      values: fc.record({ champion: outputs, challenger: outputs, truth: fc.oneof(truths, numbers) }),
      unequal: others.map((other, i) => ({
        make: () => new PairedQuality(other),
        message: `paired qualities need equal rules, got ${inWords(rule)} and ${rules[i]!.other}`,
      })),
      agree: nearlyEqual,
    });
  }

  interface PairedCase {
    readonly name: string;
    readonly rule: OutputRule;
    readonly pairs: readonly (readonly [number, number, number])[];
    readonly outcomes: readonly number[];
    readonly moreLoss: number;
    readonly lessLoss: number;
    readonly squared: number;
    readonly loss: GoldenInterval;
  }

  it.each(goldenCases<PairedCase>('paired-quality'))('is as scikit-learn and statsmodels have it: $name', (golden) => {
    const quality = new PairedQuality(golden.rule);
    for (const [champion, challenger, truth] of golden.pairs) quality.update({ champion, challenger, truth });
    expect([...quality.outcomes]).toEqual(golden.outcomes);
    expectNear([quality.moreLoss, quality.lessLoss, quality.squared], [golden.moreLoss, golden.lessLoss, golden.squared]);
    expectNear(intervalOf(lossDifference(quality)), golden.loss);
  });

  it('counts what cannot be judged as missing', () => {
    const quality = new PairedQuality(CLASSES);
    quality.update({ champion: NaN, challenger: 0.5, truth: 1 });
    quality.update({ champion: 0.5, challenger: Infinity, truth: 1 }, 2);
    quality.update({ champion: 0.5, challenger: 0.5, truth: 0.5 }, 3);
    expect(quality).toMatchObject({ count: 0, losses: 0, missing: 6 });
    const estimates = new PairedQuality(ESTIMATES);
    estimates.update({ champion: 1, challenger: 1, truth: NaN });
    estimates.update({ champion: 0, challenger: 1, truth: 2 * OUTPUT_MAX });
    expect(estimates).toMatchObject({ count: 0, missing: 2 });
  });

  it('has a class and no loss of an output that is no probability; then the loss is undefined', () => {
    const quality = new PairedQuality(CLASSES);
    quality.update({ champion: 0.2, challenger: 0.9, truth: 1 }, 200);
    expect(lossDifference(quality).kind).toBe('measured');
    quality.update({ champion: -1, challenger: 2, truth: 1 });
    expect(quality).toMatchObject({ count: 201, losses: 200 });
    expect([...quality.outcomes]).toEqual([0, 0, 201, 0]);
    expect(lossDifference(quality)).toEqual({ kind: 'undetermined', reason: 'undefined' });
  });

  it('keeps sums finite at the greatest outputs', () => {
    const quality = new PairedQuality(ESTIMATES);
    quality.update({ champion: 0, challenger: OUTPUT_MAX, truth: -OUTPUT_MAX }, 1e9);
    expect(Number.isFinite(quality.squared)).toBe(true);
    expect(lossDifference(quality).kind).toBe('measured');
  });
});

describe('latency pairs', () => {
  testSketch({
    name: 'of seconds',
    empty: () => new LatencyPairs(),
    fromJSON: LatencyPairs.fromJSON,
    values: fc.record({ championSeconds: outputs, challengerSeconds: outputs }),
    unequal: [],
    agree: nearlyEqual,
  });

  it('counts a latency that is none as missing', () => {
    const latency = new LatencyPairs();
    for (const challengerSeconds of [NaN, -1e-9, Infinity, 2 * LATENCY_SECONDS_MAX])
      latency.update({ championSeconds: 1, challengerSeconds });
    expect(latency).toMatchObject({ count: 0, champion: 0, missing: 4 });
  });
});

describe.each([
  ['output', OUTPUT_DIFFERENCE_EDGES],
  ['latency', LATENCY_DIFFERENCE_SECONDS_EDGES],
])('the bounds of %s differences', (_, edges) => {
  it('ascend, are as many below 0 as above, and leave 0 within a bin', () => {
    expect(edges.every((edge, i) => i === 0 || edge > edges[i - 1]!)).toBe(true);
    expect(edges.map((edge) => -edge).toReversed()).toEqual(edges);
    expect(edges).not.toContain(0);
  });
});
