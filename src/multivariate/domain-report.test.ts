import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../explain/index.js';
import { domainClassifier, foldAreas, dealFolds } from './domain-classifier.js';
import { domainReport, studentQuantile } from './domain-report.js';

const FEATURES = ['moved', 'same', 'faint'].map((name) => ({ name, kind: 'numeric' as const }));

function drawn(rows: number, shift: number, random: () => number) {
  const columns = FEATURES.map(({ name }) =>
    Float64Array.from(
      { length: rows },
      () => random() + random() + random() + (name === 'moved' ? shift : name === 'faint' ? shift / 3 : 0),
    ),
  );
  return { rows, columns };
}

const reportOf = (shift: number, seed: number, rows = 200) => {
  const random = seededRandom(seed);
  return domainReport({
    features: FEATURES,
    reference: drawn(rows, 0, random),
    current: drawn(rows, shift, random),
    significance: 0.01,
    randomAnew: () => seededRandom(seed),
  });
};

describe('studentQuantile', () => {
  // python3 -c "from scipy.stats import t; print([t.ppf(p, 4) for p in (0.75, 0.9, 0.975, 0.995, 0.9995)])", SciPy 1.17.1
  it.each([
    [0.75, 0.7406970841126829],
    [0.9, 1.533206274058944],
    [0.975, 2.7764451051977934],
    [0.995, 4.604094871349992],
    [0.9995, 8.610301581379522],
  ])('of %p is that of SciPy', (probability, quantile) => {
    expect(studentQuantile(probability)).toBeCloseTo(quantile, 8);
  });

  it.each([0.5, 1, 0.2, NaN])('refuses %p', (probability) => {
    expect(() => studentQuantile(probability)).toThrow(RangeError);
  });
});

describe('domainReport', () => {
  it('reads what the classifier reads, and names the features that tell most alone', () => {
    const report = reportOf(0.8, 1);
    const random = seededRandom(1);
    const input = { features: FEATURES, reference: drawn(200, 0, random), current: drawn(200, 0.8, random), significance: 0.01 };
    expect(report.reading).toEqual(domainClassifier.measure({ ...input, random: seededRandom(1) }));
    expect([report.referenceRows, report.currentRows]).toEqual([200, 200]);
    expect(report.features.map(({ name }) => name)).toEqual(['moved', 'faint', 'same']);
  });

  it('has the interval of the corrected resampled t', () => {
    const report = reportOf(0.5, 2);
    const random = seededRandom(2);
    const input = { features: FEATURES, reference: drawn(200, 0, random), current: drawn(200, 0.5, random), random: seededRandom(2) };
    const classes = Uint8Array.from({ length: 400 }, (_, row) => Number(row >= 200));
    const areas = foldAreas(input, classes, dealFolds(classes, seededRandom(2))).map(({ area }) => area);
    const mean = areas.reduce((sum, area) => sum + area, 0) / 5;
    const variance = areas.reduce((sum, area) => sum + (area - mean) ** 2, 0) / 4;
    const reach = 2.7764451051977987 * Math.sqrt((1 / 5 + 1 / 4) * variance) + 0.5 / 200;
    expect(report.interval!.lower).toBeCloseTo(mean - reach, 12);
    expect(report.interval!.upper).toBeCloseTo(mean + reach, 12);
  });

  it('holds one half in nine of ten windows without drift, whose single areas stay below their critical value', () => {
    const reports = Array.from({ length: 60 }, (_, seed) => reportOf(0, seed + 10, 120));
    const holds = reports.filter(({ interval }) => interval!.lower <= 0.5 && interval!.upper >= 0.5).length;
    expect(holds).toBeGreaterThanOrEqual(54);
    const passed = reports.flatMap(({ features }) =>
      features.filter(({ reading }) => reading.kind === 'measured' && reading.value > reading.criticalValue!),
    );
    expect(passed.length).toBeLessThanOrEqual(6);
  });

  it('keeps a width where all folds agree', () => {
    const { reading, interval } = reportOf(10, 3);
    expect(reading).toMatchObject({ kind: 'measured', value: 1 });
    expect(interval).toEqual({ lower: 1 - 0.5 / 200, upper: 1 });
  });

  it('says nothing of fewer than 100 rows', () => {
    const { reading, interval, features } = reportOf(1, 4, 99);
    expect([reading, interval, features.map(({ name }) => name)]).toEqual([
      { kind: 'undetermined', reason: 'insufficient_data' },
      undefined,
      ['moved', 'same', 'faint'],
    ]);
  });
});
