import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AttributionStatistic } from './attribution-statistic.js';
import { Attributions } from './attributions.js';
import type { ExplanationSize } from './batched-plan.js';
import type { ExplanationPlan, MeasuredExplanation } from './explanation.js';
import { mixColumn, type Mixtures } from './mixtures.js';

export const SEED = 20_261_125;

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

type Model =
  | { readonly kind: 'linear'; readonly intercept: number; readonly coefficients: readonly number[] }
  | { readonly kind: 'pairs'; readonly products: readonly (readonly number[])[] }
  | {
      readonly kind: 'network';
      readonly hidden: readonly (readonly number[])[];
      readonly biases: readonly number[];
      readonly output: readonly number[];
    }
  | { readonly kind: 'trees'; readonly intercept: number; readonly trees: readonly (readonly TreeNode[])[] };

/** The feature is -1 for a leaf. */
type TreeNode = readonly [feature: number, threshold: number, left: number, right: number, value: number];

/** A prediction explained by shap, with the model that made it. */
export interface ShapleyCase {
  readonly name: string;
  readonly model: Model;
  readonly explained: readonly number[];
  readonly background: readonly (readonly number[])[];
  readonly output: number;
  readonly base: number;
  readonly values: readonly number[];
}

/** The output of a golden model for one row. */
export function outputOf(model: Model, row: readonly number[]): number {
  const dot = (a: readonly number[]) => row.reduce((sum, value, i) => sum + value * a[i]!, 0);
  switch (model.kind) {
    case 'linear':
      return model.intercept + dot(model.coefficients);
    case 'pairs':
      return row.reduce((sum, value, i) => sum + value * dot(model.products[i]!), 0);
    case 'network':
      return model.hidden.reduce((sum, weights, i) => sum + model.output[i]! * Math.tanh(dot(weights) + model.biases[i]!), 0);
    case 'trees':
      return model.trees.reduce((sum, nodes) => sum + leafOf(nodes, row), model.intercept);
  }
}

function leafOf(nodes: readonly TreeNode[], row: readonly number[]): number {
  let node = nodes[0]!;
  while (node[0] >= 0) node = nodes[row[node[0]]! <= node[1] ? node[2] : node[3]]!;
  return node[4];
}

/** Scores mixtures of a golden prediction, column by column as a caller does. */
export function scoreWith({ model, explained, background }: ShapleyCase): (mixtures: Mixtures) => Float64Array {
  const width = explained.length;
  const columns = Float64Array.from(background.flat());
  return (mixtures) => {
    const into = new Float64Array(mixtures.rows * width);
    explained.forEach((value, column) => {
      mixColumn(mixtures, { feature: column, explained: value, background: columns, into, width, column });
    });
    return Float64Array.from({ length: mixtures.rows }, (_, row) => outputOf(model, [...into.subarray(row * width, (row + 1) * width)]));
  };
}

/** What a model answers to mixtures, given what each is mixed of: any game, without a model behind it. */
export type Game = (coalition: readonly number[], background: number) => number;

export function outputsOf(game: Game, { rows, features, fromExplained, background }: Mixtures): number[] {
  return Array.from({ length: rows }, (_, row) =>
    game([...fromExplained.subarray(row * features, (row + 1) * features)], background[row]!),
  );
}

/** The outputs of a golden prediction are looked up by what is mixed, so that thousands of rounds are played in no time. */
export function gameOf(golden: ShapleyCase): Game {
  const score = scoreWith(golden);
  const outputs = new Map<number, number>();
  return (coalition, background) => {
    const key = coalition.reduce((number, bit) => 2 * number + bit, background);
    const known = outputs.get(key);
    if (known !== undefined) return known;
    const [fromExplained, features] = [Uint8Array.from(coalition), coalition.length];
    const output = score({ rows: 1, features, fromExplained, background: Uint32Array.of(background) })[0]!;
    outputs.set(key, output);
    return output;
  };
}

/** Runs a plan to its end. */
export function play(plan: ExplanationPlan, game: Game): ExplanationPlan {
  for (let rows = plan.next(); rows !== undefined; rows = plan.next()) plan.take(outputsOf(game, rows));
  return plan;
}

export function measuredOf(plan: ExplanationPlan): MeasuredExplanation {
  const explanation = plan.explanation();
  if (explanation.kind === 'undetermined') throw new Error(`expected an explanation, got ${explanation.reason}`);
  return explanation;
}

/** A game without any structure: a number of -scale..scale by coalition and background row, the whole coalition with one output. */
export function anyGame(seed: number, scale: number): Game {
  return (coalition, background) => {
    let hash = seed;
    for (const part of [...coalition, coalition.includes(0) ? background + 2 : 1]) {
      hash = Math.imul(hash ^ (part + 0x9e37), 0x85ebca6b);
      hash ^= hash >>> 13;
      hash = Math.imul(hash, 0xc2b2ae35);
      hash ^= hash >>> 16;
    }
    return (hash / 2 ** 31) * scale;
  };
}

/** The game of the other features: what the model answers where it ignores it. */
function without(game: Game, feature: number): Game {
  return (coalition, background) => game(coalition.toSpliced(feature, 1), background);
}

const sizes = fc.record({
  features: fc.integer({ min: 1, max: 6 }),
  backgroundRows: fc.integer({ min: 1, max: 6 }),
  batchRowsMax: fc.integer({ min: 1, max: 40 }),
});
const games = fc.tuple(fc.integer(), fc.constantFrom(1e-3, 1, 1e6)).map(([seed, scale]) => ({ game: anyGame(seed, scale), scale }));

/** What every plan promises. `make` gives the same plan for the same size. */
export function testPlan(name: string, make: (size: ExplanationSize) => ExplanationPlan): void {
  const law = (title: string, check: (size: ExplanationSize, game: Game, scale: number) => void) => {
    it(title, () => {
      fc.assert(
        fc.property(sizes, games, (size, { game, scale }) => {
          check(size, game, scale);
        }),
        { seed: SEED, numRuns: 200 },
      );
    });
  };

  describe(name, () => {
    law('sums to the output less the mean output of the background', (size, game, scale) => {
      const { features, backgroundRows } = size;
      const { values, output, base } = measuredOf(play(make(size), game));
      const outputs = Array.from({ length: backgroundRows }, (_, row) => game(new Array<number>(features).fill(0), row));
      expect(output).toBe(game(new Array<number>(features).fill(1), 0));
      expect(Math.abs(base - outputs.reduce((sum, value) => sum + value, 0) / backgroundRows)).toBeLessThanOrEqual(1e-15 * 6 * scale);
      const sum = values.reduce((total, value) => total + value, 0);
      expect(Math.abs(sum - (output - base))).toBeLessThanOrEqual(1e-12 * features * scale);
      expect(Math.abs(sum - (output - base))).toBeLessThanOrEqual(1e-6);
    });

    law('does not depend on how rows are batched', (size, game) => {
      const apart = (batchRowsMax: number) => measuredOf(play(make({ ...size, batchRowsMax }), game));
      expect(apart(size.batchRowsMax)).toEqual(apart(1_000_000));
    });

    law('asks for no more rows than a batch may have, for each once', (size, game) => {
      const plan = make(size);
      let rowsScored = 0;
      for (let rows = plan.next(); rows !== undefined; rows = plan.next()) {
        expect(plan.next()).toBe(rows);
        expect(rows.rows).toBeLessThanOrEqual(size.batchRowsMax);
        rowsScored += rows.rows;
        plan.take(outputsOf(game, rows));
      }
      expect(measuredOf(plan).rowsScored).toBe(rowsScored);
      expect(plan.settled).toBe(true);
    });

    law('gives 0, to rounding, to a feature that the model ignores', (size, game, scale) => {
      const ignored = size.features - 1;
      const { values } = measuredOf(play(make(size), without(game, ignored)));
      expect(Math.abs(values[ignored]!)).toBeLessThanOrEqual(1e-14 * scale);
    });

    law('adds up: of a sum of models it is the sum', (size, game, scale) => {
      const other = anyGame(1, scale);
      const values = (played: Game) => measuredOf(play(make(size), played)).values;
      const [ofGame, ofOther] = [values(game), values(other)];
      const ofSum = values((coalition, background) => game(coalition, background) + other(coalition, background));
      ofSum.forEach((value, i) => {
        expect(Math.abs(value - ofGame[i]! - ofOther[i]!)).toBeLessThanOrEqual(1e-12 * scale);
      });
    });

    law('loses what was scored of an incomplete round, and nothing else', (size, game) => {
      const plan = make(size);
      const known = () => ({ ...plan.explanation(), rowsScored: undefined });
      let before = known();
      expect(before).toMatchObject({ kind: 'undetermined', reason: 'insufficient_data' });
      for (let rows = plan.next(); rows !== undefined; rows = plan.next()) {
        const { rounds } = plan;
        plan.take(outputsOf(game, rows));
        expect(plan.settled).toBe(plan.rounds > rounds);
        if (!plan.settled) expect(known()).toEqual(before);
        before = known();
      }
    });

    it.each([NaN, Infinity, -Infinity])('is undefined with an output of %p', (output) => {
      const plan = make({ features: 3, backgroundRows: 2, batchRowsMax: 5 });
      const undetermined = play(plan, (coalition) => (coalition[1] === 1 && coalition[2] === 0 ? output : 1)).explanation();
      expect(undetermined).toEqual({ kind: 'undetermined', reason: 'undefined' });
    });

    it('refuses outputs that it did not ask for', () => {
      const plan = make({ features: 3, backgroundRows: 2, batchRowsMax: 5 });
      expect(() => plan.take([1])).toThrow('an explanation takes outputs of rows it asked for, got some unasked');
      plan.next();
      expect(() => plan.take([1, 2, 3, 4])).toThrow('an explanation needs 5 outputs, got 4');
    });

    it.each([
      [{ features: 0, backgroundRows: 2, batchRowsMax: 5 }, 'an explanation needs features from 1, got 0'],
      [{ features: 3, backgroundRows: 0.5, batchRowsMax: 5 }, 'an explanation needs background rows from 1, got 0.5'],
      [{ features: 3, backgroundRows: 2, batchRowsMax: NaN }, 'an explanation needs rows in a batch from 1, got NaN'],
    ])('refuses %j', (size, message) => {
      expect(() => make(size)).toThrow(message);
    });
  });
}

/** Attributions whose mean |value| by feature is given, over so many predictions. */
export function attributionsOf(means: readonly number[], count = 1000, names = means.map((_, i) => `feature ${i}`)): Attributions {
  const attributions = new Attributions(names);
  attributions.update(means, count);
  return attributions;
}

const magnitudes = fc.oneof(
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom(0, 1e-300, 1e140),
);
const sides = fc
  .array(fc.tuple(magnitudes, magnitudes), { minLength: 1, maxLength: 8 })
  .map((both) => ({ current: both.map(([value]) => value), reference: both.map(([, value]) => value) }));

interface AttributionCase {
  readonly name: string;
  readonly current: readonly number[];
  readonly reference: readonly number[];
  readonly value: number;
}

/** What `AttributionStatistic` promises: golden values to 1e-9, and laws over any attributions. */
export function testAttributionStatistic(statistic: AttributionStatistic): void {
  const reading = (current: readonly number[], reference: readonly number[]) =>
    statistic.measure({ current: attributionsOf(current), reference: attributionsOf(reference) });
  const law = (title: string, check: (current: readonly number[], reference: readonly number[]) => void) => {
    it(title, () => {
      fc.assert(
        fc.property(sides, ({ current, reference }) => {
          check(current, reference);
        }),
        { seed: SEED, numRuns: 300 },
      );
    });
  };
  const expectSame = (actual: ReturnType<typeof reading>, expected: ReturnType<typeof reading>) => {
    if (actual.kind === 'measured' && expected.kind === 'measured') expectNear([actual.value], [expected.value]);
    else expect(actual).toEqual(expected);
  };

  describe(statistic.name, () => {
    it.each(goldenCases<AttributionCase>(statistic.name))('is as published: $name', ({ current, reference, value }) => {
      expectSame(reading(current, reference), { kind: 'measured', value });
    });

    it.each(['current', 'reference'] as const)('has too little data below its least count of %s explained predictions', (few) => {
      const measured = (count: number) =>
        statistic.measure({
          current: attributionsOf([1, 2], few === 'current' ? count : 1000),
          reference: attributionsOf([1, 2], few === 'reference' ? count : 1000),
        });
      expect(measured(statistic.countMin - 1)).toEqual({ kind: 'undetermined', reason: 'insufficient_data' });
      expect(measured(statistic.countMin).kind).toBe('measured');
    });

    it('refuses attributions of other features', () => {
      const input = { current: attributionsOf([1, 2]), reference: attributionsOf([1, 2], 1000, ['a', 'b']) };
      expect(() => statistic.measure(input)).toThrow(
        `${statistic.name} needs equal features, got 2 [feature 0, feature 1] current and 2 [a, b] reference`,
      );
    });

    law('lies within its scale', (current, reference) => {
      const made = reading(current, reference);
      if (made.kind === 'undetermined') return;
      expect(made.value).toBeGreaterThanOrEqual(statistic.scale.min);
      expect(made.value).toBeLessThanOrEqual(statistic.scale.max);
    });

    law('is at its best where nothing changed, whatever the counts', (_, reference) => {
      const made = statistic.measure({ current: attributionsOf(reference, 128), reference: attributionsOf(reference, 4096) });
      if (made.kind === 'measured') expectNear([made.value], [statistic.scale.worse === 'lower' ? 1 : 0]);
    });

    law('does not depend on the unit of the output, nor on signs', (current, reference) => {
      const other = current.map((value, i) => value * (i % 2 === 0 ? -1024 : 1024));
      expectSame(reading(other, reference), reading(current, reference));
    });

    law('does not depend on the order of features', (current, reference) => {
      expectSame(reading(current.toReversed(), reference.toReversed()), reading(current, reference));
    });

    law('leaves both sketches as they were', (current, reference) => {
      const input = { current: attributionsOf(current), reference: attributionsOf(reference) };
      const before = JSON.stringify(input);
      statistic.measure(input);
      expect(JSON.stringify(input)).toBe(before);
    });
  });
}
