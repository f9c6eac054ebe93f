import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Reading } from '../contracts/reading.js';
import type { Sketch } from '../contracts/sketch.js';
import { SKETCHES, type SketchByKind } from '../sketches/index.js';
import type { QualityKind, QualityMetric } from './quality-metric.js';

const SEED = 20_261_124;

/** A prediction of a binary classification: its score, the class made of it at 0.5, and what came true; or an estimate of a regression. */
interface Pair {
  readonly estimate: number;
  readonly truth: number;
  readonly weight: number;
}

/** Counts pairs as the exporter does, in the sketch of a kind. */
export function sketchOf<K extends QualityKind>(kind: K, pairs: readonly Pair[]): SketchByKind[K] {
  const sketch = new SKETCHES[kind]() as SketchByKind[QualityKind];
  for (const { estimate, truth, weight } of pairs) countPair(sketch, estimate, truth, weight);
  return sketch as SketchByKind[K];
}

function countPair(sketch: SketchByKind[QualityKind], estimate: number, truth: number, weight: number): void {
  if (sketch instanceof SKETCHES.errors) sketch.update({ estimate, truth }, weight);
  else if (sketch instanceof SKETCHES.confusion) sketch.update({ predicted: estimate >= 0.5 ? 1 : 0, truth: truth === 1 ? 1 : 0 }, weight);
  else sketch.update({ score: estimate, truth: truth === 1 ? 1 : 0 }, weight);
}

const weights = fc.nat({ max: 200 });
const classified: fc.Arbitrary<Pair> = fc.record({
  estimate: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1, NaN)),
  truth: fc.constantFrom(0, 1),
  weight: weights,
});
const estimated: fc.Arbitrary<Pair> = fc.record({
  estimate: fc.oneof(fc.double({ min: -100, max: 100, noNaN: true }), fc.double()),
  truth: fc.double({ min: -100, max: 100, noNaN: true }),
  weight: weights,
});

interface GoldenCase {
  readonly name: string;
  readonly confusion?: {
    readonly truePositive: number;
    readonly falsePositive: number;
    readonly trueNegative: number;
    readonly falseNegative: number;
  };
  readonly pairs?: readonly (readonly [estimate: number, truth: number, weight: number])[];
  readonly value: number;
}

/** The cases of `<metric>.golden.json`. */
export function goldenCases<Case = GoldenCase>(name: string): readonly Case[] {
  const golden = JSON.parse(readFileSync(new URL(`./${name}.golden.json`, import.meta.url), 'utf8')) as { cases: readonly Case[] };
  return golden.cases;
}

/** What `QualityMetric` promises: golden values to 1e-9, and laws over anything that can be counted. */
export function testQualityMetric<K extends QualityKind>(metric: QualityMetric<K>): void {
  type Counted = SketchByKind[K] & Sketch<never, SketchByKind[K]>;
  const sketch = (pairs: readonly Pair[]) => sketchOf(metric.reads, pairs) as Counted;
  const pairs = fc.array(metric.reads === 'errors' ? fc.oneof(classified, estimated) : classified, { maxLength: 20 });
  const law = (name: string, check: (a: readonly Pair[], b: readonly Pair[]) => void) => {
    it(name, () => {
      fc.assert(fc.property(pairs, pairs, check), { seed: SEED, numRuns: 300 });
    });
  };

  describe(metric.name, () => {
    it.each(goldenCases(metric.name))('is as published: $name', ({ confusion, pairs: counted, value }) => {
      const made =
        confusion === undefined
          ? sketch((counted ?? []).map(([estimate, truth, weight]) => ({ estimate, truth, weight })))
          : (SKETCHES.confusion.fromJSON(confusion) as unknown as Counted);
      expectReading(metric.measure(made), { kind: 'measured', value });
    });

    it('has too little data without any', () => {
      expect(metric.measure(sketch([]))).toEqual({ kind: 'undetermined', reason: 'insufficient_data' });
    });

    it('has too little data just below its least count, and enough at it, right or wrong', () => {
      const measured = (count: number) => {
        // As many of each class, so that the rarer one, and each outcome, has the count.
        const right = [0, 1].map((truth) => ({ estimate: truth, truth, weight: count }));
        return metric.measure(sketch(metric.reads === 'calibration' || metric.reads === 'errors' ? right.slice(1) : right)).kind;
      };
      const needsAll = metric.name === 'accuracy';
      expect(measured(needsAll ? metric.countMin / 2 : metric.countMin)).toBe('measured');
      expect(measured(needsAll ? metric.countMin / 2 - 1 : metric.countMin - 1)).toBe('undetermined');
    });

    law('lies within its scale, whatever was counted', (a) => {
      const reading = metric.measure(sketch(a));
      if (reading.kind === 'undetermined') return;
      expect(Number.isFinite(reading.value)).toBe(true);
      expect(reading.value).toBeGreaterThanOrEqual(metric.scale.min);
      expect(reading.value).toBeLessThanOrEqual(metric.scale.max);
    });

    law('is at its best where every prediction was right', (a) => {
      const reading = metric.measure(sketch(a.map(({ truth, weight }) => ({ estimate: truth, truth, weight }))));
      if (reading.kind === 'measured') expect(reading.value).toBeCloseTo(metric.scale.worse === 'lower' ? metric.scale.max : 0, 12);
    });

    law('of merged sketches is that of all predictions, in any order', (a, b) => {
      const merged = sketch(a);
      merged.merge(sketch(b));
      expectReading(metric.measure(merged), metric.measure(sketch([...b, ...a])));
    });

    law('does not change when every prediction counts twice', (a) => {
      const reading = metric.measure(sketch(a));
      const twice = metric.measure(sketch([...a, ...a]));
      if (reading.kind === 'measured') expectReading(twice, reading);
    });

    law('leaves the sketch as it was', (a) => {
      const made = sketch(a);
      const before = JSON.stringify(made);
      metric.measure(made);
      expect(JSON.stringify(made)).toBe(before);
    });
  });
}

/** Equal to 1e-9: relative, or absolute for small values. */
export function expectReading(actual: Reading, expected: Reading): void {
  if (actual.kind === 'measured' && expected.kind === 'measured') {
    const apart = Math.abs(actual.value - expected.value);
    if (apart <= 1e-9 * Math.max(1, Math.abs(expected.value))) return;
  }
  expect(actual).toEqual(expected);
}
