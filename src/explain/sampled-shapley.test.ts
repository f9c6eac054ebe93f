import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SEED, anyGame, expectNear, gameOf, goldenCases, measuredOf, outputsOf, play, type Game, type ShapleyCase } from './conformance.js';
import { exactShapley, sampledShapley, sampledShapleyRows, seededRandom, type ExplanationPlan, type SamplingOptions } from './index.js';

const GOLDEN = goldenCases<ShapleyCase>('exact-shapley');
const goldenNamed = (name: string) => GOLDEN.find((golden) => golden.name === name)!;

function planOf({ explained, background }: ShapleyCase, options: Pick<SamplingOptions, 'random' | 'roundsMax'>): ExplanationPlan {
  return sampledShapley({ features: explained.length, backgroundRows: background.length, batchRowsMax: 10_000, ...options });
}

/** Plays on until a plan has so many rounds. */
function playRounds(plan: ExplanationPlan, game: Game, rounds: number): ExplanationPlan {
  while (plan.rounds < rounds) plan.take(outputsOf(game, plan.next()!));
  return plan;
}

describe('sampled Shapley values', () => {
  it.each(GOLDEN)("are shap's, to five standard errors: $name", (golden) => {
    const plan = planOf(golden, { random: seededRandom(1), roundsMax: 20 });
    const { values, standardErrors } = measuredOf(play(plan, gameOf(golden)));
    values.forEach((value, i) => {
      expect(Math.abs(value - golden.values[i]!)).toBeLessThanOrEqual(5 * standardErrors![i]! + 1e-9);
    });
  });

  it('are exact after one round where at most two features interact at a time', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4 }), (seed, features, backgroundRows) => {
        const ofPair = anyGame(seed, 1);
        const game: Game = (coalition, row) => {
          let sum = 0;
          for (let i = 0; i < features; i++) {
            for (let j = 0; j <= i; j++)
              sum += ofPair([i, j, coalition[i]!, coalition[j]!, coalition[i]! * coalition[j]! === 1 ? 0 : row], 0);
          }
          return sum;
        };
        const size = { features, backgroundRows, batchRowsMax: 1000 };
        const sampled = measuredOf(play(sampledShapley({ ...size, random: seededRandom(seed), roundsMax: 1 }), game));
        expectNear(sampled.values, measuredOf(play(exactShapley(size), game)).values);
      }),
      { seed: SEED },
    );
  });

  it.each([1, 2])('of %p features are exact, in one round', (features) => {
    const size = { features, backgroundRows: 3, batchRowsMax: 1000 };
    const plan = play(sampledShapley({ ...size, random: seededRandom(1), roundsMax: 9 }), anyGame(1, 1));
    expect(measuredOf(plan)).toMatchObject({ samples: 6, rowsScored: 4 + 6 * (features - 1), standardErrors: new Float64Array(features) });
    expectNear(measuredOf(plan).values, measuredOf(play(exactShapley(size), anyGame(1, 1))).values);
    expect(sampledShapleyRows(features, 3, 9)).toBe(measuredOf(plan).rowsScored);
  });

  it('have no standard error after one round', () => {
    const plan = sampledShapley({ features: 3, backgroundRows: 2, batchRowsMax: 10, random: seededRandom(1), roundsMax: 1 });
    expect(measuredOf(play(plan, anyGame(1, 1)))).not.toHaveProperty('standardErrors');
  });

  it('are the same for the same seed, and others for another', () => {
    const golden = goldenNamed('a network');
    const valuesOf = (seed: number) =>
      measuredOf(play(planOf(golden, { random: seededRandom(seed), roundsMax: 2 }), gameOf(golden))).values;
    expect(valuesOf(7)).toEqual(valuesOf(7));
    expect(valuesOf(7)).not.toEqual(valuesOf(8));
  });

  it('refuse to take no round', () => {
    const size = { features: 3, backgroundRows: 2, batchRowsMax: 10 };
    expect(() => sampledShapley({ ...size, random: seededRandom(1), roundsMax: 0 })).toThrow(
      'sampled Shapley values need a round at least, got 0',
    );
  });
});

describe('every order', () => {
  it('is walked as often as every other, whatever the order before, and so is its reverse', () => {
    const random = seededRandom(SEED);
    const counts = [new Map<string, number>(), new Map<string, number>()];
    for (let repetition = 0; repetition < 6000; repetition++) {
      const plan = sampledShapley({ features: 3, backgroundRows: 1, batchRowsMax: 10, random, roundsMax: 2 });
      for (let rows = plan.next(); rows !== undefined; rows = plan.next()) {
        // Rows of two walks of two steps, in the first round after both ends.
        const steps = [...rows.fromExplained.slice(plan.rounds === 0 ? 6 : 0)];
        const ofRound = counts[plan.rounds]!;
        for (const walk of [steps.slice(0, 6).join(''), steps.slice(6).join('')]) ofRound.set(walk, (ofRound.get(walk) ?? 0) + 1);
        plan.take(new Array<number>(rows.rows).fill(0));
      }
    }
    for (const ofRound of counts) {
      expect(ofRound.size).toBe(6);
      // 12,000 walks in 6 orders: 2,000 each, with a standard deviation of at most sqrt(6000 x 1/3 x 2/3) = 37.
      for (const count of ofRound.values()) expect(Math.abs(count - 2000)).toBeLessThan(4 * 37);
    }
  });
});

describe.each(['a network of ten features', 'boosted trees of eight features'])('over many predictions, %s', (name) => {
  const golden = goldenNamed(name);
  const ROUNDS = [1, 2, 4, 8, 16, 32, 64];
  const REPETITIONS = 40;
  /** By number of rounds, for each repetition and feature. */
  const errors: number[][] = ROUNDS.map(() => []);
  const standardised: number[] = [];

  beforeAll(() => {
    const game = gameOf(golden);
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      const plan = planOf(golden, { random: seededRandom(repetition * 1_000_003), roundsMax: 64 });
      ROUNDS.forEach((rounds, i) => {
        const { values, standardErrors } = measuredOf(playRounds(plan, game, rounds));
        values.forEach((value, feature) => {
          const error = value - golden.values[feature]!;
          errors[i]!.push(Math.abs(error));
          if (rounds === 16) standardised.push(error / standardErrors![feature]!);
        });
      });
    }
  });

  it('the mean absolute error falls as 1/sqrt(samples)', () => {
    const points = ROUNDS.map((rounds, i) => [Math.log(rounds), Math.log(meanOf(errors[i]!))] as const);
    const [x, y] = [meanOf(points.map(([at]) => at)), meanOf(points.map(([, of]) => of))];
    const slope = points.reduce((sum, [at, of]) => sum + (at - x) * (of - y), 0) / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
    expect(slope).toBeGreaterThan(-0.6);
    expect(slope).toBeLessThan(-0.4);
  });

  it('the error is as large as its standard error says', () => {
    const meanSquare = meanOf(standardised.filter(Number.isFinite).map((error) => error ** 2));
    expect(meanSquare).toBeGreaterThan(0.8);
    expect(meanSquare).toBeLessThan(1.25);
    const within = standardised.filter((error) => Math.abs(error) <= 2).length / standardised.length;
    expect(within).toBeGreaterThan(0.92);
    expect(within).toBeLessThan(0.98);
  });
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('seeded random', () => {
  it('draws the same numbers for the same seed, from 0 on and below 1', () => {
    const random = seededRandom(42);
    expect([random(), random(), random()]).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099]);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [a, b, shifted] = [seededRandom(seed), seededRandom(seed), seededRandom(seed + 2 ** 32)];
        for (let i = 0; i < 20; i++) {
          const number = a();
          expect(number >= 0 && number < 1).toBe(true);
          expect([b(), shifted()]).toEqual([number, number]);
        }
      }),
      { seed: SEED },
    );
  });
});
