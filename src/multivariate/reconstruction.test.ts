import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { goldenCases, normalRows, normals, numericFeatures, rowsOf } from './conformance.js';
import {
  CODED_CATEGORIES_MAX,
  createReconstructor,
  fitReconstruction,
  heldOutErrors,
  RECONSTRUCTION_FEATURES_MAX,
  reconstructionBand,
  reconstructionError,
  ReconstructionErrors,
  type MultivariateFeature,
} from './index.js';

interface GoldenCase {
  readonly name: string;
  readonly features: readonly MultivariateFeature[];
  readonly reference: Parameters<typeof rowsOf>[0];
  readonly current: Parameters<typeof rowsOf>[0];
  readonly chunkRows: number;
  readonly components: readonly (readonly number[])[];
  readonly varianceRatio: number;
  readonly means: readonly number[];
  readonly scales: readonly number[];
  readonly referenceErrors: readonly number[];
  readonly currentErrors: readonly number[];
  readonly lower: number;
  readonly upper: number;
}

const greatestDistance = (a: ArrayLike<number>, b: readonly number[]) => Math.max(...b.map((value, i) => Math.abs(value - a[i]!)));

function chunkMeans(errors: Float64Array, chunkRows: number): number[] {
  return Array.from({ length: errors.length / chunkRows }, (_, i) => {
    return ReconstructionErrors.of(errors.subarray(i * chunkRows, (i + 1) * chunkRows)).mean;
  });
}

describe.each(goldenCases<GoldenCase>('reconstruction-error'))('reconstruction, against NannyML and scikit-learn: $name', (golden) => {
  const [reference, current] = [rowsOf(golden.reference), rowsOf(golden.current)];
  const model = fitReconstruction(golden.features, reference);
  const errorsOf = createReconstructor(model);

  it('has the means and scales of the coded features, to 1e-12 relative', () => {
    for (const [i, { mean, scale }] of model.features.entries()) {
      expect(Math.abs(mean - golden.means[i]!)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(golden.means[i]!)));
      expect(Math.abs(scale - golden.scales[i]!)).toBeLessThanOrEqual(1e-12 * Math.max(1, golden.scales[i]!));
    }
  });

  it('has as many components, holding as much, and the same but for their sign', () => {
    expect(model.components.length).toBe(golden.components.length);
    expect(Math.abs(model.varianceRatio - golden.varianceRatio)).toBeLessThan(1e-12);
    for (const [i, component] of model.components.entries()) {
      const along = component.reduce((sum, value, j) => sum + value * golden.components[i]![j]!, 0);
      expect(Math.abs(Math.abs(along) - 1)).toBeLessThan(1e-12);
    }
  });

  it('has the mean error of each chunk, to 1e-9', () => {
    expect(greatestDistance(chunkMeans(errorsOf(reference), golden.chunkRows), golden.referenceErrors)).toBeLessThan(1e-9);
    expect(greatestDistance(chunkMeans(errorsOf(current), golden.chunkRows), golden.currentErrors)).toBeLessThan(1e-9);
  });

  it('has the band of mean +- 3 standard deviations', () => {
    const band = reconstructionBand(errorsOf(reference), { chunkRows: golden.chunkRows });
    if (band.kind === 'undetermined') throw new Error(band.reason);
    expect(greatestDistance([band.lower, band.upper], [golden.lower, golden.upper])).toBeLessThan(1e-9);
    expect(band).toMatchObject({ chunkRows: golden.chunkRows, chunks: golden.referenceErrors.length });
  });

  it('survives JSON', () => {
    const again = createReconstructor(JSON.parse(JSON.stringify(model)) as typeof model);
    expect([...again(current)]).toEqual([...errorsOf(current)]);
  });
});

// Thousandths, so that a feature has either no spread or one that its square can tell.
const cells = fc.oneof(
  fc.integer({ min: -1e9, max: 1e9 }).map((k) => k / 1000),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(NaN, 0, 1e9),
);
const tables = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 6 })).chain(([rows, width]) =>
  fc.array(fc.array(cells, { minLength: rows, maxLength: rows }), { minLength: width, maxLength: width }).map((columns) => ({
    rows,
    columns: columns.map((column) => Float64Array.from(column)),
  })),
);

describe('a reconstruction', () => {
  it('rebuilds reference rows with a mean squared error that is the variance it does not hold', () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(0.3, 0.65, 0.95), (table, ratio) => {
        const model = fitReconstruction(numericFeatures(table.columns.length), table, ratio);
        const errors = ReconstructionErrors.of(createReconstructor(model)(table));
        const varied = table.columns.filter((column) => {
          const known = column.filter((value) => !Number.isNaN(value));
          return known.some((value) => value !== known[0]) && known.some((value) => Math.abs(value - known[0]!) > 1e-5 * Math.abs(value));
        }).length;
        fc.pre(varied === table.columns.length);
        expect(errors.count).toBe(table.rows);
        expect(model.varianceRatio).toBeGreaterThan(ratio);
        expect(errors.squared / errors.count).toBeCloseTo(varied * (1 - model.varianceRatio), 6);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('is what is left when the projections are taken away one by one, to 1e-10 of it, however little is left', () => {
    const row = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 4, maxLength: 4 });
    // Beside the first two axes, turned into each other: a row with a tiny third and fourth value lies almost in the plane.
    const scaled = fc.constantFrom(1, 1e-2, 1e-4, 1e-7, 0).chain((scale) => row.map(([a, b, c, d]) => [a!, b!, c! * scale, d! * scale]));
    const features = ['a', 'b', 'c', 'd'].map((name) => ({ name, kind: 'numeric', mean: 0, scale: 1 }) as const);
    const components = [
      [0.6, 0.8, 0, 0],
      [-0.8, 0.6, 0, 0],
    ];
    const errorsOf = createReconstructor({ features, components, varianceRatio: 0.7 });
    fc.assert(
      fc.property(fc.array(scaled, { minLength: 1, maxLength: 11 }), (rows) => {
        const columns = features.map((_, i) => Float64Array.from(rows, (values) => values[i]!));
        const errors = errorsOf({ columns, rows: rows.length });
        expect(errors).toHaveLength(rows.length);
        for (const [at, [a, b, c, d]] of rows.entries()) {
          const exact = Math.hypot(c!, d!);
          expect(Math.abs(errors[at]! - exact)).toBeLessThanOrEqual(1e-10 * exact + 1e-15 * Math.hypot(a!, b!));
        }
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('answers a finite error of at least 0 for rows of any values, or NaN where numbers are too great', () => {
    const model = fitReconstruction(
      [
        { name: 'x', kind: 'numeric' },
        { name: 'y', kind: 'numeric' },
        { name: 'z', kind: 'categorical' },
      ],
      {
        columns: [
          [1, 2, 4],
          [1, 0, 5],
          ['a', 'b', 'a'],
        ],
        rows: 3,
      },
    );
    const any = fc.oneof(fc.double(), fc.string(), fc.constantFrom(null, undefined, NaN, Infinity, 1e308, 'a'));
    const errorsOf = createReconstructor(model);
    fc.assert(
      fc.property(any, any, any, (x, y, z) => {
        const [error] = errorsOf({ columns: [[x], [y], [z]] as never, rows: 1 });
        expect(Number.isNaN(error) || (error! >= 0 && error! < Infinity)).toBe(true);
        const great = [x, y].some((value) => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) > 1e150);
        if (!great) expect(error).not.toBeNaN();
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('takes a column that is not there for missing values', () => {
    const features = numericFeatures(2);
    const errorsOf = createReconstructor(
      fitReconstruction(features, {
        columns: [
          [1, 2, 3],
          [3, 1, 2],
        ],
        rows: 3,
      }),
    );
    expect([...errorsOf({ columns: [[2], undefined], rows: 1 })]).toEqual([...errorsOf({ columns: [[2], [NaN]], rows: 1 })]);
  });

  it('of a reference without spread holds nothing, and counts what differs in its own unit', () => {
    const model = fitReconstruction(numericFeatures(1), { columns: [[7, 7]], rows: 2 });
    expect(model).toEqual({ features: [{ name: 'x0', kind: 'numeric', mean: 7, scale: 1 }], components: [], varianceRatio: 1 });
    expect([...createReconstructor(model)({ columns: [[7, 8.5]], rows: 2 })]).toEqual([0, 1.5]);
  });

  it('of a feature that was never there takes it for 0', () => {
    const model = fitReconstruction(numericFeatures(2), { columns: [[1, 2, 3], undefined], rows: 3 });
    expect(model.features[1]).toEqual({ name: 'x1', kind: 'numeric', mean: 0, scale: 1 });
  });

  it('keeps the shares of at most 1,000 categories, of which the others have at most 1/1001 each', () => {
    const values = Array.from({ length: 3000 }, (_, i) => `c${i % 1500}`);
    const { features } = fitReconstruction([{ name: 'code', kind: 'categorical' }], { columns: [values], rows: 3000 });
    const [coding] = features;
    if (coding?.kind !== 'categorical') throw new Error('a category was expected');
    expect(coding.categories.length).toBe(CODED_CATEGORIES_MAX);
    expect(2 / 3000).toBeLessThanOrEqual(1 / (CODED_CATEGORIES_MAX + 1));
  });

  it('refuses what it cannot be made of', () => {
    const rows = { columns: [[1, 2]], rows: 2 };
    expect(() => fitReconstruction([], rows)).toThrow('a reconstruction needs 1 to 500 features, got 0');
    expect(() => fitReconstruction(numericFeatures(RECONSTRUCTION_FEATURES_MAX + 1), rows)).toThrow('got 501');
    expect(() => fitReconstruction(numericFeatures(1), { ...rows, rows: 0 })).toThrow('a reconstruction needs reference rows, got none');
    expect(() => fitReconstruction(numericFeatures(1), rows, 1)).toThrow(
      'a reconstruction needs a share of variance between 0 and 1, got 1',
    );
    const model = fitReconstruction(numericFeatures(1), rows);
    expect(() => createReconstructor({ ...model, components: [[1, 0]] })).toThrow('components of 1 features need as many numbers, got 2');
    expect(() => createReconstructor({ ...model, features: [{ name: 'x0', kind: 'numeric', mean: 0, scale: 0 }] })).toThrow(
      'the coding of x0 needs a finite mean and a scale above 0, got 0 and 0',
    );
  });
});

describe('the reading of reconstruction errors', () => {
  const features = numericFeatures(4);
  const together = (row: number[]) => {
    row[1] = row[0]! + 0.3 * row[1]!;
    row[3] = row[2]! - 0.3 * row[3]!;
  };
  const normal = normals(5);
  const make = (rows: number, change = together) => normalRows({ rows, features: 4, normal }, change);
  const reference = make(5000);
  const errorsOf = createReconstructor(fitReconstruction(features, reference));
  const ofReference = ReconstructionErrors.of(heldOutErrors(features, reference));
  const read = (rows: Parameters<typeof errorsOf>[0], significance?: number) =>
    reconstructionError.measure({ current: ReconstructionErrors.of(errorsOf(rows)), reference: ofReference, significance });

  it('passes its critical value at 0.05 in at most 10 of 100 draws without drift; with errors of the rows fitted, in more than 20', () => {
    const eight = numericFeatures(8);
    const pairs = (rows: number) =>
      normalRows({ rows, features: 8, normal }, (row) => {
        for (let i = 1; i < 8; i += 2) row[i] = row[i - 1]! + 0.3 * row[i]!;
      });
    const passed = { heldOut: 0, fitted: 0 };
    for (let draw = 0; draw < 200; draw++) {
      const [before, now] = [pairs(400), pairs(200)];
      const distances = createReconstructor(fitReconstruction(eight, before));
      const current = ReconstructionErrors.of(distances(now));
      for (const [how, errors] of [
        ['heldOut', heldOutErrors(eight, before)],
        ['fitted', distances(before)],
      ] as const) {
        const reading = reconstructionError.measure({ current, reference: ReconstructionErrors.of(errors), significance: 0.05 });
        if (reading.kind === 'measured' && reading.value > reading.criticalValue!) passed[how]++;
      }
    }
    expect(passed.heldOut / 200).toBeLessThanOrEqual(0.1);
    expect(passed.fitted / 200).toBeGreaterThan(0.2);
  });

  it('has held-out errors in the order of the rows, of missing values and categories too', () => {
    const mixed: MultivariateFeature[] = [...numericFeatures(2), { name: 'carrier', kind: 'categorical' }];
    const columns = [Array.from({ length: 53 }, (_, row) => (row % 9 === 0 ? NaN : Math.sin(row))), undefined, new Array(53).fill('UA')];
    const errors = heldOutErrors(mixed, { columns, rows: 53 });
    expect(errors.length).toBe(53);
    expect(errors.every((error) => error >= 0)).toBe(true);
    const outlier = columns.with(0, [...(columns[0] as number[]).slice(0, 52), 1000]);
    const changed = heldOutErrors(mixed, { columns: outlier.with(2, new Array(52).fill('UA').concat('ZZ')), rows: 53 });
    expect(changed.indexOf(Math.max(...changed))).toBe(52);
    expect(() => heldOutErrors(mixed, { columns, rows: 9 })).toThrow('held-out errors need at least 10 reference rows, got 9');
  });

  it('passes it where features no longer go together, though each has the distribution that it had', () => {
    const apart = make(200, (row) => {
      row[1] = Math.hypot(1, 0.3) * row[1]!;
      row[3] = row[2]! - 0.3 * row[3]!;
    });
    const reading = read(apart, 1e-6);
    if (reading.kind === 'undetermined') throw new Error(reading.reason);
    expect(reading.value).toBeGreaterThan(reading.criticalValue!);
  });

  it('is undetermined below 100 rows, and refuses a significance that is none', () => {
    expect(read(make(99))).toEqual({ kind: 'undetermined', reason: 'insufficient_data' });
    expect(read(make(100)).kind).toBe('measured');
    expect(read(make(100))).not.toHaveProperty('criticalValue');
    expect(() => read(make(100), 0.6)).toThrow('reconstruction-error needs a significance above 0 and at most 0.5, got 0.6');
  });

  it('has a band from ten chunks on; one that would go below 0 ends there', () => {
    const options = { chunkRows: 2 };
    expect(reconstructionBand(new Array(19).fill(1), options)).toEqual({ kind: 'undetermined', reason: 'insufficient_data' });
    expect(reconstructionBand([NaN, ...new Array<number>(21).fill(1)], options)).toEqual({
      kind: 'measured',
      mean: 1,
      lower: 1,
      upper: 1,
      chunkRows: 2,
      chunks: 10,
    });
    const skewed = reconstructionBand([100, ...new Array<number>(9).fill(1)], { chunkRows: 1 });
    expect(skewed).toMatchObject({ lower: 0 });
    expect(() => reconstructionBand([], { chunkRows: 0 })).toThrow('a band needs chunks of at least one row, got 0');
  });
});
