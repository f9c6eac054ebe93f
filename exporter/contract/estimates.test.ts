import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  calibration,
  createReconstructor,
  evaluationSketches,
  ExpectedQuality,
  fitCalibrator,
  ReconstructionErrors,
  type Baseline,
  type FeatureColumn,
} from '@modelwatch/core';
import { CATEGORICAL, flightRows, NUMERIC, type FlightRow } from './flights-traffic.js';
import { FLIGHTS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

// Estimates before ground truth and reconstruction errors, through the front door: predictions served by the model, and predictions ingested.

const ROWS = 200;
const OF_MODEL = 'model="flights-late",version="1",role="champion"';
const rows = flightRows('training.csv').slice(0, ROWS);
let sidecar: TestSidecar;
let baseline: Baseline;
let events: string;

const valueOf = (row: FlightRow, name: string) => (CATEGORICAL.includes(name) ? row[name]! : row[name] === '' ? null : Number(row[name]));

beforeAll(async () => {
  const text = await readFile(path.join(FLIGHTS, 'baseline.json'), 'utf8');
  baseline = JSON.parse(text) as Baseline;
  events = JSON.stringify(
    rows.map((row) => ({
      model: 'flights-late',
      id: row['id']!,
      output: Number(row['score']),
      features: Object.fromEntries([...CATEGORICAL, ...NUMERIC].map((name) => [name, valueOf(row, name)])),
    })),
  );
  sidecar = await startTestSidecar(
    `
store: { path: ':memory:' }
models:
  - name: flights-late
    champion: { version: '1', baseline: baseline.json }
`,
    { files: { 'baseline.json': text } },
  );
});
afterAll(() => sidecar.close());

/** What the core makes of the rows. */
function expectedOf(): { readonly expected: ExpectedQuality; readonly errors: ReconstructionErrors } {
  const fitted = fitCalibrator(evaluationSketches(baseline.evaluation!).calibration!);
  if (fitted.kind === 'undetermined') throw new Error(fitted.reason);
  const expected = new ExpectedQuality();
  const scores = Float64Array.from(rows, (row) => Number(row['score']));
  expected.updateScores(scores, ROWS, { threshold: 0.5, probabilityOf: calibration(fitted.calibrator) });
  const columns = baseline.features.map(({ name, kind }): FeatureColumn =>
    kind === 'numeric' ? Float64Array.from(rows, (row) => (valueOf(row, name) as number | null) ?? NaN) : rows.map((row) => row[name]!),
  );
  const errors = ReconstructionErrors.of(createReconstructor(baseline.reconstruction!)({ columns, rows: ROWS }));
  return { expected, errors };
}

describe('ingested predictions', () => {
  it('are counted as the core counts them, once, however often they are sent', async () => {
    expect(await sidecar.series(`modelwatch_estimated_confusion_total{${OF_MODEL},outcome="true_positive"}`)).toBe(0);
    const first = await sidecar.post('/v1/predictions', events);
    const again = await sidecar.post('/v1/predictions', events);
    expect([first.json(), again.json()]).toEqual([
      { accepted: ROWS, duplicates: 0, over_capacity: 0 },
      { accepted: 0, duplicates: ROWS, over_capacity: 0 },
    ]);
    const { expected, errors } = expectedOf();
    const { truePositive, falsePositive, trueNegative, falseNegative } = expected.confusion;
    const outcomes = {
      true_positive: truePositive,
      false_positive: falsePositive,
      true_negative: trueNegative,
      false_negative: falseNegative,
    };
    for (const [outcome, count] of Object.entries(outcomes))
      expect(await sidecar.series(`modelwatch_estimated_confusion_total{${OF_MODEL},outcome="${outcome}"}`)).toBe(count);
    const bins = await sidecar.seriesOf(`modelwatch_estimated_score_bin_total{${OF_MODEL},truth="1"`);
    expect([...bins.values()]).toEqual([...expected.scores.positive]);
    expect(await sidecar.series(`modelwatch_estimated_missing_total{${OF_MODEL}}`)).toBe(0);
    expect(await sidecar.series(`modelwatch_reconstruction_rows_total{${OF_MODEL}}`)).toBe(ROWS);
    expect(await sidecar.series(`modelwatch_reconstruction_error_total{${OF_MODEL}}`)).toBeCloseTo(errors.sum, 9);
    expect(await sidecar.series(`modelwatch_reconstruction_error_squared_total{${OF_MODEL}}`)).toBeCloseTo(errors.squared, 9);
  });
});

describe('the quality recorded at evaluation', () => {
  it('is exported with its bounds', async () => {
    const quality = (metric: string, bound = '') => sidecar.series(`modelwatch_baseline_quality${bound}{${OF_MODEL},quality="${metric}"}`);
    expect(await quality('accuracy')).toBe(baseline.quality!['accuracy']);
    expect(await quality('auc')).toBeCloseTo(baseline.quality!['auc']!, 2);
    expect(await quality('accuracy', '_lower')).toBeLessThan(baseline.quality!['accuracy']!);
    expect(await quality('accuracy', '_upper')).toBeGreaterThan(baseline.quality!['accuracy']!);
    expect(await quality('mae')).toBeUndefined();
  });

  it('at another threshold is left out, but for the AUC, which has none', async () => {
    const files = { 'baseline.json': JSON.stringify(baseline) };
    const other = await startTestSidecar(
      `
store: { path: ':memory:' }
models:
  - name: flights-late
    champion: { version: '1', baseline: baseline.json }
    output: { threshold: 0.3 }
    multivariate: { sampleRatio: 0 }
`,
      { files },
    );
    const recorded = await other.seriesOf('modelwatch_baseline_quality{');
    const rebuilt = await other.seriesOf('modelwatch_reconstruction_');
    await other.close();
    expect([...recorded.keys()]).toEqual([`modelwatch_baseline_quality{${OF_MODEL},quality="auc"}`]);
    expect(rebuilt.size).toBe(0);
  });
});
