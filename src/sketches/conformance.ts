import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Sketch } from '../contracts/sketch.js';

/** One shape of a sketch under test. */
export interface SketchCase<Value, Self extends Sketch<Value, Self>> {
  readonly name: string;
  empty(): Self;
  fromJSON(json: never): Self;
  readonly values: fc.Arbitrary<Value>;
  /** Sketches of other shapes, each with the message that merging it into an empty one throws. */
  readonly unequal: readonly { make(): Self; readonly message: string }[];
  /** Whether two states are one. Left out where sums are exact: then they are to be equal. */
  agree?(a: never, b: never): boolean;
}

const SEED = 20_261_124;

/** Whole weights, so that sums of them are exact. */
const weights = fc.nat({ max: 3 });

/** The laws that `Sketch` promises, for one shape of one sketch. */
export function testSketch<Value, Self extends Sketch<Value, Self>>(sketch: SketchCase<Value, Self>): void {
  type Weighted = readonly [Value, number];
  const lists = fc.array(fc.tuple(sketch.values, weights), { maxLength: 40 });
  const of = (...parts: readonly (readonly Weighted[])[]) => {
    const made = sketch.empty();
    for (const [value, weight] of parts.flat()) made.update(value, weight);
    return made;
  };
  const state = (made: Self): unknown => ({ ...(made.toJSON() as object), count: made.count });
  const expectSame = (a: Self, b: Self) => {
    if (sketch.agree === undefined) expect(state(a)).toEqual(state(b));
    else if (!sketch.agree(state(a) as never, state(b) as never)) expect(state(a)).toEqual(state(b));
  };
  const merged = (a: Self, b: Self) => {
    const sum = a.clone();
    sum.merge(b);
    return sum;
  };
  const law = (name: string, check: (a: readonly Weighted[], b: readonly Weighted[], c: readonly Weighted[]) => void) => {
    it(name, () => {
      fc.assert(fc.property(lists, lists, lists, check), { seed: SEED, numRuns: 200 });
    });
  };

  describe(sketch.name, () => {
    law('merging is associative', (a, b, c) => {
      expectSame(merged(merged(of(a), of(b)), of(c)), merged(of(a), merged(of(b), of(c))));
    });
    law('merging is commutative', (a, b) => {
      expectSame(merged(of(a), of(b)), merged(of(b), of(a)));
    });
    law('the empty sketch is the identity, exactly', (a) => {
      expect(state(merged(of(a), sketch.empty()))).toEqual(state(of(a)));
      expect(state(merged(sketch.empty(), of(a)))).toEqual(state(of(a)));
    });
    law('merging parts is counting the whole, in any order', (a, b, c) => {
      expectSame(merged(merged(of(a), of(b)), of(c)), of(c, b, a));
      expectSame(of(a.toReversed()), of(a));
    });
    law('a weight is so many updates', (a) => {
      expectSame(of(a), of(a.flatMap(([value, weight]) => Array.from({ length: weight }, (): Weighted => [value, 1]))));
    });
    law('merging with itself doubles the count', (a) => {
      const made = of(a);
      made.merge(made);
      expectSame(made, of(a, a));
    });
    law('merging changes only the sketch merged into', (a, b) => {
      const other = of(b);
      merged(of(a), other);
      expect(state(other)).toEqual(state(of(b)));
    });
    law('a clone is equal and lives on its own', (a, b) => {
      const made = of(a);
      const copy = made.clone();
      expect(state(copy)).toEqual(state(made));
      for (const [value, weight] of b) copy.update(value, weight);
      expect(state(made)).toEqual(state(of(a)));
    });
    law('JSON holds the whole state', (a, b) => {
      const back = sketch.fromJSON(JSON.parse(JSON.stringify(of(a))) as never);
      expect(state(back)).toEqual(state(of(a)));
      expect(state(merged(back, of(b)))).toEqual(state(merged(of(a), of(b))));
    });
    law('JSON is plain: nothing that JSON cannot say', (a) => {
      expect(JSON.parse(JSON.stringify(of(a)))).toEqual(of(a).toJSON());
    });

    it.each([NaN, -1, Infinity])('refuses a weight of %p', (weight) => {
      fc.assert(
        fc.property(sketch.values, (value) => {
          expect(() => sketch.empty().update(value, weight)).toThrow(`a weight is finite and at least 0, got ${weight}`);
        }),
        { seed: SEED, numRuns: 5 },
      );
    });
    for (const { make, message } of sketch.unequal) {
      it(`refuses to merge another shape: ${message}`, () => {
        expect(() => sketch.empty().merge(make())).toThrow(message);
        expect(() => make().merge(sketch.empty())).toThrow(RangeError);
      });
    }
  });
}

/** Numbers that features are made of and that arithmetic trips over: few and many distinct ones, negative, huge, tiny, infinite, NaN, -0. */
export const numbers: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE),
);

/** Scores as models give them: mostly in 0..1, on edges of bins, and what is no score. */
export const scores: fc.Arbitrary<number> = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 50 }).map((k) => k / 50),
  fc.constantFrom(NaN, Infinity, -Infinity, -1e-300, 1.0000000000000002, 0, -0, 1),
);

export const truths: fc.Arbitrary<0 | 1> = fc.constantFrom(0, 1);

/** Whether two states hold the same numbers to 1e-9 relative: for sums of what is never negative. */
export function nearlyEqual(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => nearlyEqual(Reflect.get(a, key), Reflect.get(b, key)));
}
