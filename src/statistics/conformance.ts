import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Binning } from '../contracts/binning.js';
import type { Reading } from '../contracts/reading.js';
import { Frequencies, QuantileSketch, type SketchByKind } from '../sketches/index.js';
import type { StatisticKind } from './index.js';
import type { Statistic, StatisticInput } from './statistic.js';

const SEED = 20_261_124;

/** Which laws a statistic claims besides those of all. A string is an exemption, with its reason. */
export interface Claims {
  /** Compares with the reference: 0 where both are alike, more where they are not. */
  readonly compares: true | string;
  /** Current and reference may change places. */
  readonly symmetric: true | string;
  /** Bins may change places. */
  readonly permutable: true | string;
  /** Does not change when all counts are multiplied. */
  readonly scaleFree: true | string;
  /** Says nothing about missing values. */
  readonly missingApart: true | string;
  /** Numbers and categories, or only those it is defined for. */
  readonly of: 'both' | 'numeric' | 'categorical';
}

/** What one side of a comparison counted. */
export interface Counted {
  /** By bin, or by value. */
  readonly counts: readonly number[];
  readonly missing?: number;
  readonly outOfRange?: number;
  readonly categorical?: boolean;
}

interface GoldenCase {
  readonly name: string;
  readonly values?: readonly number[];
  readonly current: Counted;
  readonly reference: Counted;
  readonly value: number;
  readonly significance: number;
  readonly criticalValue?: number;
}

function binningOf(bins: number, categorical: boolean): Binning {
  return categorical
    ? { kind: 'categorical', categories: Array.from({ length: bins - 2 }, (_, i) => `category ${i}`), known: [] }
    : { kind: 'numeric', edges: Array.from({ length: bins - 1 }, (_, i) => i + 0.5), min: 0, max: bins - 1 };
}

export function frequenciesOf({ counts, missing = 0, outOfRange = 0, categorical = false }: Counted): Frequencies {
  const frequencies = Frequencies.fromCounts(binningOf(counts.length, categorical), counts, missing);
  frequencies.outOfRange = outOfRange;
  return frequencies;
}

/** The sketch of a kind: counts by bin, or as the weights of values, which are 0, 1, 2... unless said otherwise. */
export function sketchOf<K extends StatisticKind>(kind: K, counted: Counted, values?: readonly number[]): SketchByKind[K] {
  if (kind === 'frequencies') return frequenciesOf(counted) as SketchByKind[K];
  const sketch = new QuantileSketch();
  counted.counts.forEach((count, i) => sketch.update(values?.[i] ?? i, count));
  if (counted.missing !== undefined) sketch.update(NaN, counted.missing);
  return sketch as SketchByKind[K];
}

/** The cases of `<statistic>.golden.json`. */
export function goldenCases(name: string): readonly GoldenCase[] {
  return (JSON.parse(readFileSync(new URL(`./${name}.golden.json`, import.meta.url), 'utf8')) as { cases: readonly GoldenCase[] }).cases;
}

/** Equal to 1e-9: relative, or absolute for small values. */
export function expectReading(actual: Reading, expected: Reading): void {
  const near = (a: number | undefined, b: number | undefined) =>
    a === b || (a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)));
  if (actual.kind === 'measured' && expected.kind === 'measured') {
    if (near(actual.value, expected.value) && near(actual.criticalValue, expected.criticalValue)) return;
  }
  expect(actual).toEqual(expected);
}

interface Pair {
  readonly current: Counted;
  readonly reference: Counted;
  readonly values: readonly number[];
}

const count = fc.oneof(fc.constant(0), fc.nat({ max: 5 }), fc.nat({ max: 1000 }), fc.nat({ max: 1_000_000 }));
/** Values that features are made of, and that arithmetic trips over. */
const value = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
  fc.constantFrom(0, 1e-300, -1e-300, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE),
);

/** Counts of 1 to 12 bins (3 or more for categories), with empty ones, few and many; and as many values for them. */
function pairs(categorical: boolean): fc.Arbitrary<Pair> {
  return fc.uniqueArray(value, { minLength: categorical ? 3 : 1, maxLength: 12, comparator: (a, b) => a === b }).chain((values) => {
    const counts = fc.array(count, { minLength: values.length, maxLength: values.length });
    const counted = fc.tuple(counts, count, count).map(([list, missing, outside]): Counted => {
      const outOfRange = categorical ? 0 : Math.min(outside, (list[0] ?? 0) + (list.length > 1 ? list.at(-1)! : 0));
      return { counts: list, missing, outOfRange, categorical };
    });
    return fc.record({ current: counted, reference: counted, values: fc.constant(values) });
  });
}

/** What `Statistic` promises: golden values to 1e-9, laws of all, and the laws it claims. */
export function testStatistic<K extends StatisticKind>(statistic: Statistic<K>, claims: Claims): void {
  const { name, reads, scale, countMin } = statistic;
  const categorical = claims.of === 'categorical';
  const inputOf = ({ current, reference, values }: Pair, significance?: number): StatisticInput<K> => ({
    current: sketchOf(reads, current, values),
    reference: sketchOf(reads, reference, values),
    significance,
  });
  const read = (pair: Pair, significance?: number) => statistic.measure(inputOf(pair, significance));
  const law = (title: string, check: (pair: Pair) => void, claimed: true | string = true) => {
    if (claimed !== true) return;
    it(title, () => {
      fc.assert(fc.property(pairs(categorical), check), { seed: SEED, numRuns: 300 });
    });
  };
  const scaled = ({ counts, missing = 0, outOfRange = 0 }: Counted, by: number): Counted => ({
    counts: counts.map((n) => n * by),
    missing: missing * by,
    outOfRange: outOfRange * by,
    categorical,
  });
  const alike = (length: number, total: number): Counted => ({ counts: [total, ...new Array<number>(length).fill(0)], categorical });

  describe(name, () => {
    it.each(goldenCases(name))('is as published: $name', (golden) => {
      const pair = { values: golden.values ?? golden.current.counts.map((_, i) => i), ...golden };
      const { value, criticalValue, significance } = golden;
      expectReading(read(pair), { kind: 'measured', value });
      expectReading(read(pair, significance), { kind: 'measured', value, ...(criticalValue !== undefined && { criticalValue }) });
    });

    it('has too little data just below its least count, on either side that it needs, and enough at it', () => {
      const tooLittle = { kind: 'undetermined', reason: 'insufficient_data' };
      const of = (current: number, reference: number) =>
        read({ current: alike(2, current), reference: alike(2, reference), values: [1, 2, 3] }, 0.05);
      expect(of(countMin, countMin).kind).toBe('measured');
      expect(of(countMin - 1, countMin)).toEqual(tooLittle);
      expect(of(0, 0)).toEqual(tooLittle);
      const withoutReference = of(countMin, countMin - 1);
      if (claims.compares === true) expect(withoutReference).toEqual(tooLittle);
      else expect(withoutReference).toEqual({ kind: 'measured', value: 0 });
    });

    law('is finite and within its scale, whatever was counted, and so is its critical value', (pair) => {
      for (const significance of [0.5, 0.05, 1e-6]) {
        const reading = read(pair, significance);
        if (reading.kind === 'undetermined') continue;
        for (const number of [reading.value, reading.criticalValue ?? scale.min]) {
          expect(Number.isFinite(number)).toBe(true);
          expect(number).toBeGreaterThanOrEqual(scale.min);
        }
        expect(reading.value).toBeLessThanOrEqual(scale.max);
      }
    });

    law('has a greater critical value for a smaller significance, and the same value', (pair) => {
      const [loose, tight, none] = [read(pair, 0.05), read(pair, 0.001), read(pair)];
      if (loose.kind === 'undetermined' || tight.kind === 'undetermined' || none.kind === 'undetermined') return;
      expect([loose.value, tight.value]).toEqual([none.value, none.value]);
      expect(none).not.toHaveProperty('criticalValue');
      expect(tight.criticalValue ?? 0).toBeGreaterThanOrEqual(loose.criticalValue ?? 0);
    });

    law(
      'is 0 where both are alike, whatever their counts',
      ({ current, values }) => {
        const reading = read({ current: scaled(current, 3), reference: scaled(current, 7), values });
        if (reading.kind === 'measured') expect(reading.value).toBe(0);
      },
      claims.compares,
    );

    law(
      'is more than 0 where shares differ',
      (pair) => {
        // Values no further apart than a double can hold would be moved by nothing.
        const spread = { ...pair, values: pair.values.map((_, i) => i) };
        const reference = { ...pair.reference, counts: pair.reference.counts.map((n) => n + 1) };
        const reading = read({ ...spread, reference });
        const total = (counted: Counted) => counted.counts.reduce((sum, n) => sum + n, 0);
        const [n, m] = [total(pair.current), total(reference)];
        if (reading.kind === 'undetermined') return;
        if (pair.current.counts.some((of, bin) => Math.abs(of / n - reference.counts[bin]! / m) > 1e-6))
          expect(reading.value).toBeGreaterThan(0);
      },
      claims.compares,
    );

    law(
      'is the same when current and reference change places',
      (pair) => {
        expectReading(read(pair, 0.05), read({ ...pair, current: pair.reference, reference: pair.current }, 0.05));
      },
      claims.symmetric,
    );

    law(
      'is the same when bins change places',
      (pair) => {
        const turned = (counted: Counted): Counted => ({ ...counted, counts: [...counted.counts.slice(1), counted.counts[0]!].reverse() });
        expectReading(read(pair, 0.05), read({ ...pair, current: turned(pair.current), reference: turned(pair.reference) }, 0.05));
      },
      claims.permutable,
    );

    law(
      'is the same when all counts are multiplied',
      (pair) => {
        const reading = read(pair);
        const many = read({ ...pair, current: scaled(pair.current, 5), reference: scaled(pair.reference, 3) });
        if (reading.kind === 'measured') expectReading(many, reading);
      },
      claims.scaleFree,
    );

    law(
      'leaves missing values out',
      (pair) => {
        const full = { ...pair, current: { ...pair.current, missing: 0 }, reference: { ...pair.reference, missing: 0 } };
        expect(read(pair, 0.05)).toEqual(read(full, 0.05));
      },
      claims.missingApart,
    );

    law('of bins that are empty in both, takes no notice', (pair) => {
      if (reads !== 'frequencies' || categorical) return;
      // A bin before the last, so that the tails stay what they are.
      const wider = (counted: Counted) => ({ ...counted, counts: counted.counts.flatMap((n, i) => (i === 0 ? [n, 0] : [n])) });
      expectReading(read({ ...pair, current: wider(pair.current), reference: wider(pair.reference) }, 0.05), read(pair, 0.05));
    });

    law('leaves both sketches as they were', (pair) => {
      const input = inputOf(pair, 0.05);
      const before = JSON.stringify(input);
      statistic.measure(input);
      expect(JSON.stringify(input)).toBe(before);
    });

    it('refuses to compare unequal bins, and says which', () => {
      const [current, reference] = [unequal(reads, 10), unequal(reads, 12)];
      expect(() => statistic.measure({ current, reference })).toThrow(`${name} needs equal bins, got 10 current and 12 reference`);
    });

    it.each([0, -1, 0.51, 1, NaN])('refuses a significance of %p', (significance) => {
      const of = alike(2, 1000);
      const message = `${name} needs a significance above 0 and at most 0.5, got ${significance}`;
      expect(() => read({ current: of, reference: of, values: [1, 2, 3] }, significance)).toThrow(message);
    });

    it('is undefined for what it is not defined for', () => {
      if (claims.of === 'both' || reads !== 'frequencies') return;
      const other = { counts: [1000, 0, 0], categorical: !categorical };
      expect(read({ current: other, reference: other, values: [] }, 0.05)).toEqual({ kind: 'undetermined', reason: 'undefined' });
    });
  });
}

function unequal<K extends StatisticKind>(kind: K, bins: number): SketchByKind[K] {
  const made = kind === 'frequencies' ? new Frequencies(binningOf(bins, false)) : new QuantileSketch(bins);
  return made as SketchByKind[K];
}
