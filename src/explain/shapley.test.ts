import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  SEED,
  anyGame,
  expectNear,
  goldenCases,
  measuredOf,
  outputOf,
  outputsOf,
  play,
  scoreWith,
  testPlan,
  type ShapleyCase,
} from './conformance.js';
import {
  exactShapley,
  exactShapleyRows,
  linearShapley,
  mixColumn,
  runPlan,
  sampledShapley,
  sampledShapleyRows,
  seededRandom,
  shapleyPlan,
  type LinearModel,
} from './index.js';

const GOLDEN = goldenCases<ShapleyCase>('exact-shapley');

testPlan('exact Shapley values', exactShapley);
testPlan('sampled Shapley values', (size) => sampledShapley({ ...size, random: seededRandom(1), roundsMax: 3 }));

describe('exact Shapley values', () => {
  it.each(GOLDEN)("are shap's: $name", async (golden) => {
    const plan = exactShapley({ features: golden.explained.length, backgroundRows: golden.background.length, batchRowsMax: 300 });
    const explanation = await runPlan(plan, scoreWith(golden));
    expect(explanation).toMatchObject({ kind: 'measured', samples: 0, standardErrors: new Float64Array(golden.values.length) });
    expectNear(measuredOf(plan).values, golden.values);
    expectNear([measuredOf(plan).output, measuredOf(plan).base], [golden.output, golden.base]);
  });

  it('credit two features that are alike with the same', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 6 }), (seed, features) => {
        const game = anyGame(seed, 1);
        const plan = exactShapley({ features, backgroundRows: 2, batchRowsMax: 100 });
        const { values } = measuredOf(play(plan, ([a, b, ...rest], row) => game([a! + b!, ...rest, a! * b!], row)));
        expectNear([values[0]!], [values[1]!]);
      }),
      { seed: SEED },
    );
  });

  it('take the rows that they say, and 10 features', () => {
    const plan = exactShapley({ features: 10, backgroundRows: 2, batchRowsMax: 500 });
    expect(measuredOf(play(plan, anyGame(1, 1))).rowsScored).toBe(2047);
    expect(exactShapleyRows(10, 2)).toBe(2047);
    expect(() => exactShapley({ features: 11, backgroundRows: 2, batchRowsMax: 500 })).toThrow(
      'exact Shapley values take at most 10 features, got 11: sample them',
    );
  });
});

describe('Shapley values of a linear model', () => {
  const meansOf = (background: readonly (readonly number[])[]) =>
    background[0]!.map((_, i) => background.reduce((sum, row) => sum + row[i]!, 0) / background.length);

  it.each(goldenCases<ShapleyCase & { readonly model: LinearModel }>('linear-shapley'))("are shap's: $name", (golden) => {
    const explanation = linearShapley(golden.model, { explained: golden.explained, means: meansOf(golden.background) });
    if (explanation.kind === 'undetermined') throw new Error(explanation.reason);
    expectNear(explanation.values, golden.values);
    expectNear([explanation.output, explanation.base], [golden.output, golden.base]);
  });

  it('are what every coalition gives, and sum to the output less the base', () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(number, fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 5 }), (intercept, columns) => {
        const [coefficients, explained, background] = [0, 1, 2].map((part) => columns.map((column) => column[part]!));
        const linear = linearShapley({ intercept, coefficients: coefficients! }, { explained: explained!, means: background! });
        const plan = exactShapley({ features: columns.length, backgroundRows: 1, batchRowsMax: 100 });
        play(plan, (coalition) =>
          coalition.reduce((sum, is, i) => sum + coefficients![i]! * (is === 1 ? explained! : background!)[i]!, intercept),
        );
        expect(linear.kind).toBe('measured');
        if (linear.kind === 'undetermined') return;
        linear.values.forEach((value, i) => {
          expect(Math.abs(value - measuredOf(plan).values[i]!)).toBeLessThanOrEqual(1e-9);
        });
        const sum = linear.values.reduce((total, value) => total + value, 0);
        expect(Math.abs(sum - (linear.output - linear.base))).toBeLessThanOrEqual(1e-9);
      }),
      { seed: SEED },
    );
  });

  it('are undefined where a value is not finite, and refuse other columns', () => {
    const model = { intercept: 0, coefficients: [1, 2] };
    expect(linearShapley(model, { explained: [1, NaN], means: [0, 0] })).toEqual({ kind: 'undetermined', reason: 'undefined' });
    expect(() => linearShapley(model, { explained: [1], means: [0, 0] })).toThrow(
      'a linear model of 2 coefficients needs as many values and means, got 1 and 2',
    );
  });
});

describe('mixtures', () => {
  it('mix columns of any type, so that text and 64-bit integers are explained as numbers are', async () => {
    const golden = GOLDEN.find(({ name }) => name === 'a network')!;
    const { explained } = golden;
    const plan = exactShapley({ features: 5, backgroundRows: golden.background.length, batchRowsMax: 64 });
    const column = (feature: number) => golden.background.map((row) => row[feature]!);
    const inThousandths = (value: number) => BigInt(Math.round(value * 1000));
    await runPlan(plan, (mixtures) => {
      const texts = new Array<string>(mixtures.rows);
      mixColumn(mixtures, { feature: 1, explained: String(explained[1]), background: column(1).map(String), into: texts });
      const integers = new BigInt64Array(mixtures.rows);
      const background = BigInt64Array.from(column(3), inThousandths);
      mixColumn(mixtures, { feature: 3, explained: inThousandths(explained[3]!), background, into: integers });
      const columns = explained.map((value, feature): ArrayLike<number> => {
        if (feature === 1) return texts.map(Number);
        if (feature === 3) return Array.from(integers, (integer) => Number(integer) / 1000);
        const into = new Float64Array(mixtures.rows);
        mixColumn(mixtures, { feature, explained: value, background: column(feature), into });
        return into;
      });
      return texts.map((_, row) =>
        outputOf(
          golden.model,
          columns.map((values) => values[row]!),
        ),
      );
    });
    expectNear(measuredOf(plan).values, golden.values);
  });

  it('fill columns of a tensor, several to a feature', () => {
    const mixtures = { rows: 2, features: 2, fromExplained: Uint8Array.of(1, 0, 0, 1), background: Uint32Array.of(1, 0) };
    const into = new Float32Array(6);
    // Feature 0 is two columns wide, as an embedding is.
    const background = Float32Array.of(10, 11, 12, 20, 21, 22);
    [0, 0, 1].forEach((feature, column) => {
      mixColumn(mixtures, { feature, explained: column, background, into, width: 3, column });
    });
    expect([...into]).toEqual([0, 1, 22, 10, 11, 2]);
    expect(() => {
      mixColumn(mixtures, { feature: 2, explained: 0, background, into });
    }).toThrow('a column of mixtures is of a feature below 2, got 2');
  });
});

describe('a plan', () => {
  it('is run until its caller says stop, which is asked between rounds alone', async () => {
    const options = { features: 4, backgroundRows: 3, batchRowsMax: 5, random: seededRandom(1), roundsMax: 100 };
    const asked: number[] = [];
    const explanation = await runPlan(
      sampledShapley(options),
      (rows) => Promise.resolve(outputsOf(anyGame(1, 1), rows)),
      ({ rounds }) => {
        asked.push(rounds);
        return rounds < 3;
      },
    );
    expect(asked).toEqual([1, 2, 3]);
    expect(explanation).toMatchObject({ kind: 'measured', samples: 18, rowsScored: sampledShapleyRows(4, 3, 3) });
  });

  it('ends with the fault of its scorer', async () => {
    const plan = exactShapley({ features: 2, backgroundRows: 1, batchRowsMax: 5 });
    await expect(runPlan(plan, () => Promise.reject(new Error('the child is gone')))).rejects.toThrow('the child is gone');
    expect(plan.explanation()).toEqual({ kind: 'undetermined', reason: 'insufficient_data' });
  });

  it('within a budget is exact where that fits, else sampled in as many rounds as fit', () => {
    fc.assert(
      fc.property(
        fc.record({ features: fc.integer({ min: 1, max: 12 }), backgroundRows: fc.integer({ min: 1, max: 5 }) }),
        fc.integer({ min: 1, max: 3000 }),
        ({ features, backgroundRows }, rowsMax) => {
          const make = () => shapleyPlan({ features, backgroundRows, batchRowsMax: 100, random: seededRandom(1), rowsMax });
          const [rowsMin, rowsExact] = [sampledShapleyRows(features, backgroundRows), exactShapleyRows(features, backgroundRows)];
          if (rowsMax < Math.min(rowsMin, rowsExact)) {
            expect(make).toThrow(
              `an explanation of ${features} features over ${backgroundRows} background rows needs ${rowsMin} rows, got a budget of ${rowsMax}`,
            );
            return;
          }
          const plan = make();
          const { rowsScored, samples } = measuredOf(play(plan, anyGame(1, 1)));
          expect(rowsScored).toBeLessThanOrEqual(rowsMax);
          expect(samples === 0).toBe(features <= 10 && rowsExact <= rowsMax);
          if (samples > 0 && features > 2) expect(sampledShapleyRows(features, backgroundRows, plan.rounds + 1)).toBeGreaterThan(rowsMax);
        },
      ),
      { seed: SEED },
    );
  });
});
