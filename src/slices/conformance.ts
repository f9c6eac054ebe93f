import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { Confusion, type ConfusionJSON } from '../sketches/index.js';

export { binomialChances, expectNear, intervalOf, SEED, type GoldenInterval } from '../rollout/conformance.js';

/** The cases of `<unit>.golden.json`. */
export function goldenCases<Case>(unit: string): readonly Case[] {
  const golden = JSON.parse(readFileSync(new URL(`./${unit}.golden.json`, import.meta.url), 'utf8')) as { cases: readonly Case[] };
  return golden.cases;
}

export type Outcomes = readonly [truePositive: number, falsePositive: number, trueNegative: number, falseNegative: number];

export function confusionOf([truePositive, falsePositive, trueNegative, falseNegative]: Outcomes): Confusion {
  return Confusion.fromJSON({ truePositive, falsePositive, trueNegative, falseNegative });
}

export function confusionsOf(slices: Readonly<Record<string, ConfusionJSON>>): Map<string, Confusion> {
  return new Map(Object.entries(slices).map(([value, counts]) => [value, Confusion.fromJSON(counts)]));
}

const counts = fc.oneof(fc.constant(0), fc.nat({ max: 9 }), fc.nat({ max: 2000 }), fc.nat({ max: 10_000_000 }));
/** Confusions by slice value: empty, small and large ones, `__other__` among them at times. */
export const slicings: fc.Arbitrary<Map<string, Confusion>> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', '', '__other__', '__proto__'), fc.tuple(counts, counts, counts, counts)), {
    selector: ([value]) => value,
    maxLength: 8,
  })
  .map((list) => new Map(list.map(([value, outcomes]) => [value, confusionOf(outcomes)])));
