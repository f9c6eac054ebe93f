import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { IntervalReading } from '../math/index.js';
import type { OutputRule } from './output-rule.js';
import { PairedQuality } from './paired-quality.js';

export const SEED = 20_261_125;

/** Value, lower and upper bound. */
export type GoldenInterval = readonly [value: number, lower: number, upper: number];

/** The cases of `<unit>.golden.json`. */
export function goldenCases<Case>(unit: string): readonly Case[] {
  const golden = JSON.parse(readFileSync(new URL(`./${unit}.golden.json`, import.meta.url), 'utf8')) as { cases: readonly Case[] };
  return golden.cases;
}

/** Expects equal numbers to 1e-9: relative, or absolute for small ones. */
export function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const near = Array.from(actual, (value, i) => Math.abs(value - expected[i]!) <= 1e-9 * Math.max(1, Math.abs(expected[i]!)));
  if (actual.length !== expected.length || near.includes(false)) expect(Array.from(actual)).toEqual(Array.from(expected));
}

/** The numbers of a reading that is expected to have them. */
export function intervalOf(reading: IntervalReading): GoldenInterval {
  if (reading.kind === 'undetermined') throw new Error(`expected an interval, got ${reading.reason}`);
  return [reading.value, reading.lower, reading.upper];
}

export const CLASSES: OutputRule = { kind: 'probability', championThreshold: 0.5, challengerThreshold: 0.5 };

/** Joined pairs of these outcomes: both right, the champion only, the challenger only, both wrong. */
export function qualityOf(outcomes: readonly number[]): PairedQuality {
  const quality = new PairedQuality(CLASSES);
  const outputs = [
    { champion: 0.75, challenger: 0.75 },
    { champion: 0.75, challenger: 0.25 },
    { champion: 0.25, challenger: 0.75 },
    { champion: 0.25, challenger: 0.25 },
  ];
  outputs.forEach((pair, i) => {
    quality.update({ ...pair, truth: 1 }, outcomes[i]);
  });
  return quality;
}

/** Chances of 0 to `count` cases, each with the same chance. */
export function binomialChances(count: number, chance: number): Float64Array {
  const chances = new Float64Array(count + 1);
  if (chance === 0 || chance === 1) chances[chance * count] = 1;
  else {
    // From the likeliest outwards, so that nothing underflows that matters; then to a total of 1.
    const mode = Math.min(count, Math.floor((count + 1) * chance));
    const odds = chance / (1 - chance);
    chances[mode] = 1;
    for (let k = mode; k < count; k++) chances[k + 1] = (chances[k]! * odds * (count - k)) / (k + 1);
    for (let k = mode; k > 0; k--) chances[k - 1] = (chances[k]! * k) / (odds * (count - k + 1));
    const total = chances.reduce((sum, part) => sum + part, 0);
    for (let k = 0; k <= count; k++) chances[k]! /= total;
  }
  return chances;
}
