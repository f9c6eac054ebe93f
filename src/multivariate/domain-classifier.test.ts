import { describe, expect, it } from '@jest/globals';
import { logisticRegression, seededRandom } from '../index.js';
import { goldenCases, normalRows, normals, numericFeatures, rowsOf } from './conformance.js';
import { DOMAIN_FOLDS, dealFolds, foldAreas } from './domain-classifier.js';
import { domainColumns } from './domain-columns.js';
import { learnTerms } from './domain-terms.js';
import { domainClassifier, type FeatureRows, type MultivariateFeature } from './index.js';

interface GoldenCase {
  readonly name: string;
  readonly features: readonly MultivariateFeature[];
  readonly reference: Parameters<typeof rowsOf>[0];
  readonly current: Parameters<typeof rowsOf>[0];
  readonly folds: readonly number[];
  readonly fitted: readonly { readonly intercept: number; readonly coefficients: readonly number[]; readonly area: number }[];
}

describe.each(goldenCases<GoldenCase>('domain-classifier'))('the domain classifier, fitted by scikit-learn: $name', (golden) => {
  const [reference, current] = [rowsOf(golden.reference), rowsOf(golden.current)];
  const classes = Uint8Array.from(golden.folds, (_, row) => (row < reference.rows ? 0 : 1));
  const folds = Uint8Array.from(golden.folds);

  it('has the same coefficients in each fold, to 1e-6', () => {
    const columns = domainColumns(golden.features, reference, current);
    golden.fitted.forEach(({ intercept, coefficients }, fold) => {
      const training = Int32Array.from(classes.keys()).filter((row) => folds[row] !== fold);
      const terms = learnTerms(columns, classes, training);
      const model = logisticRegression(
        terms.columnsOf(training),
        training.map((row) => classes[row]!),
        { penalty: 1 },
      );
      expect(model.coefficients.length).toBe(coefficients.length);
      expect(Math.abs(model.intercept - intercept)).toBeLessThan(1e-6);
      expect(Math.max(...coefficients.map((value, i) => Math.abs(value - model.coefficients[i]!)))).toBeLessThan(1e-6);
    });
  });

  it('has the same area in each fold, to 1e-12', () => {
    const areas = foldAreas({ features: golden.features, reference, current, random: seededRandom(1) }, classes, folds);
    areas.forEach(({ area }, fold) => {
      expect(Math.abs(area - golden.fitted[fold]!.area)).toBeLessThan(1e-12);
    });
  });
});

describe('the folds', () => {
  it('have as many rows of each class, but for one, whatever is drawn; the same for the same seed', () => {
    for (const seed of [1, 2, 3]) {
      const classes = Uint8Array.from({ length: 523 }, (_, row) => (row % 3 === 0 ? 1 : 0));
      const folds = dealFolds(classes, seededRandom(seed));
      const counts = Array.from({ length: DOMAIN_FOLDS }, (_, fold) =>
        [0, 1].map((side) => folds.filter((dealt, row) => dealt === fold && classes[row] === side).length),
      );
      for (const side of [0, 1]) {
        const sizes = counts.map((count) => count[side]!);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
      expect(dealFolds(classes, seededRandom(seed))).toEqual(folds);
    }
    expect(dealFolds(new Uint8Array(50), seededRandom(1))).not.toEqual(dealFolds(new Uint8Array(50), seededRandom(2)));
  });
});

const FEATURES = 6;
const features = numericFeatures(FEATURES);

function measure(reference: FeatureRows, current: FeatureRows, seed = 1): { value: number; criticalValue: number } {
  const reading = domainClassifier.measure({ features, reference, current, random: seededRandom(seed), significance: 0.05 });
  if (reading.kind === 'undetermined') throw new Error(reading.reason);
  return { value: reading.value, criticalValue: reading.criticalValue! };
}

describe('the domain classifier', () => {
  const normal = normals(11);
  const make = (rows: number, change?: (row: number[]) => void) => normalRows({ rows, features: FEATURES, normal }, change);

  it('is near 0.5 without drift, and passes its critical value at 0.05 in at most 5 of 100 draws', () => {
    const draw = (rows: number) => normalRows({ rows, features: 2, normal });
    const readings = Array.from({ length: 200 }, (_, seed) =>
      domainClassifier.measure({
        features: numericFeatures(2),
        reference: draw(100),
        current: draw(120),
        random: seededRandom(seed),
        significance: 0.05,
      }),
    );
    const values = readings.map((reading) => (reading.kind === 'measured' ? reading.value : NaN));
    const passed = readings.filter((reading) => reading.kind === 'measured' && reading.value > reading.criticalValue!);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / 200 - 0.5)).toBeLessThan(0.01);
    expect(passed.length / 200).toBeLessThanOrEqual(0.05);
  });

  const root = Math.sqrt;
  it.each([
    ['a feature is half a standard deviation higher', (row: number[]) => void (row[0]! += 0.5)],
    ['a feature is spread wider by a half', (row: number[]) => void (row[0]! *= 1.5)],
    ['two features go together that did not', (row: number[]) => void (row[1] = 0.5 * row[0]! + root(0.75) * row[1]!)],
    [
      'a feature has two modes, of the mean and spread that it had',
      (row: number[]) => void (row[0] = 0.9 * Math.sign(row[0]!) + root(0.19) * row[1]!),
    ],
    ['a feature follows the magnitude of another', (row: number[]) => void (row[1] = (0.6 * (row[0]! ** 2 - 1)) / root(2) + 0.8 * row[1]!)],
  ])('is above 0.56 where %s', (_, change) => {
    const { value, criticalValue } = measure(make(1000), make(1000, change));
    expect(value).toBeGreaterThan(0.56);
    expect(value).toBeGreaterThan(criticalValue);
  });

  it('is 1 where rows can be told for sure, and 0.5 where no feature has any spread', () => {
    expect(
      measure(
        make(150),
        make(150, (row) => void (row[0]! += 100)),
      ).value,
    ).toBe(1);
    const constant = { columns: features.map(() => new Float64Array(150).fill(3)), rows: 150 };
    expect(measure(constant, constant).value).toBe(0.5);
  });

  it('sees values that go missing and categories that are new, and nothing in one that is as frequent as before', () => {
    const category: MultivariateFeature[] = [{ name: 'carrier', kind: 'categorical' }];
    const column = (share: number, rare: string | null) =>
      Array.from({ length: 400 }, (_, row) => (row / 400 < share ? rare : ['UA', 'B6'][row % 2]!));
    const area = (reference: (string | null)[], current: (string | null)[]) => {
      const reading = domainClassifier.measure({
        features: category,
        reference: { columns: [reference], rows: 400 },
        current: { columns: [current], rows: 400 },
        random: seededRandom(1),
      });
      return reading.kind === 'measured' ? reading.value : NaN;
    };
    expect(area(column(0, 'ZZ'), column(0.3, null))).toBeGreaterThan(0.6);
    expect(area(column(0, 'ZZ'), column(0.3, 'ZZ'))).toBeGreaterThan(0.6);
    expect(area(column(0.3, 'ZZ'), column(0.3, 'ZZ'))).toBeLessThan(0.55);
  });

  it('is the same for the same seed, and near it for another', () => {
    const [reference, current] = [make(300), make(300, (row) => void (row[2]! += 0.4))];
    expect(measure(reference, current, 3)).toEqual(measure(reference, current, 3));
    expect(Math.abs(measure(reference, current, 3).value - measure(reference, current, 4).value)).toBeLessThan(0.05);
  });

  it('is undetermined below 100 rows, and refuses more than it can take', () => {
    const read = (reference: FeatureRows, current: FeatureRows, of = features, significance?: number) =>
      domainClassifier.measure({ features: of, reference, current, random: seededRandom(1), significance });
    expect(read(make(99), make(100))).toEqual({ kind: 'undetermined', reason: 'insufficient_data' });
    expect(read(make(100), make(100))).not.toHaveProperty('criticalValue');
    expect(() => read(make(1), { ...make(1), rows: 50_000 })).toThrow(
      'domain-classifier takes 50000 rows at most, got 50001: draw from them',
    );
    const wide = normalRows({ rows: 100, features: 101, normal });
    expect(() => read(wide, wide, numericFeatures(101))).toThrow(
      'domain-classifier takes 100 columns at most, got 101: leave features out',
    );
    expect(() => read(make(100), make(100), features, 1)).toThrow('domain-classifier needs a significance above 0 and at most 0.5, got 1');
  });

  it('names its terms', () => {
    const [reference, current] = [make(100), make(100)];
    const columns = domainColumns(features.slice(0, 2), reference, current);
    const classes = Uint8Array.from({ length: 200 }, (_, row) => (row < 100 ? 0 : 1));
    const { names } = learnTerms(columns, classes, Int32Array.from(classes.keys()));
    expect(names.slice(0, 6)).toEqual(['x0', '|x0|', 'x1', '|x1|', 'x0^2', 'x1^2']);
    expect(names.slice(6).sort()).toEqual(['x0 x x1', 'x0 x |x1|', '|x0| x x1', '|x0| x |x1|'].sort());
  });
});
