import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  auc,
  aucErrorMax,
  calibration,
  createReconstructor,
  evaluationSketches,
  fitCalibrator,
  type Baseline,
  type FeatureColumn,
} from '@modelwatch/core';
import { Command } from 'commander';
import { addBaselineCommand } from './baseline-cli.js';
import { openRows } from './open-rows.js';
import { loadBaseline } from './read-baseline.js';

interface Golden {
  readonly evaluation: Readonly<Record<'auc' | 'positives' | 'squared' | 'absolute', number>> & { readonly confusion: unknown };
  readonly calibration: { readonly probes: readonly number[]; readonly probabilities: readonly number[] };
  readonly reconstruction: Readonly<Record<'components' | 'varianceRatio' | 'mean' | 'deviation' | 'beyond', number>> & {
    readonly live: readonly number[];
  };
}

const here = import.meta.dirname;
const flights = path.join(here, '..', 'examples', 'flights');
const { cases: golden } = JSON.parse(await readFile(path.join(here, 'testdata', 'evaluation.golden.json'), 'utf8')) as {
  readonly cases: Golden;
};
let baseline: Baseline;
let folder = '';
beforeAll(async () => {
  const loaded = await loadBaseline(path.join(flights, 'baseline.json'));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  baseline = loaded.value;
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-evaluation-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('of the flights', () => {
  it("the evaluation is scikit-learn's", () => {
    const { confusion, scores, errors, groundTruth } = evaluationSketches(baseline.evaluation!);
    expect(confusion.toJSON()).toEqual(golden.evaluation.confusion);
    expect(groundTruth.counts[1]).toBe(golden.evaluation.positives);
    expect(errors.squared).toBeCloseTo(golden.evaluation.squared, 6);
    expect(errors.over + errors.under).toBeCloseTo(golden.evaluation.absolute, 6);
    const reading = auc.measure(scores);
    expect(reading.kind === 'measured' && Math.abs(reading.value - golden.evaluation.auc)).toBeLessThanOrEqual(aucErrorMax(scores));
    expect(baseline.quality!['auc']).toBeCloseTo(golden.evaluation.auc, 12);
  });

  it("the calibrator is scikit-learn's isotonic regression", () => {
    const fitted = fitCalibrator(evaluationSketches(baseline.evaluation!).calibration!);
    if (fitted.kind === 'undetermined') throw new Error(fitted.reason);
    const probabilityOf = calibration(fitted.calibrator);
    golden.calibration.probes.forEach((probe, i) => {
      expect(probabilityOf(probe)).toBeCloseTo(golden.calibration.probabilities[i]!, 9);
    });
  });

  it("the reconstruction is scikit-learn's, to the nine digits that are kept", async () => {
    const { components, varianceRatio, errors, features } = baseline.reconstruction!;
    const { reconstruction } = golden;
    const mean = errors.sum / errors.count;
    expect(components).toHaveLength(reconstruction.components);
    expect(varianceRatio).toBeCloseTo(reconstruction.varianceRatio, 8);
    expect(mean).toBeCloseTo(reconstruction.mean, 6);
    expect(Math.sqrt(errors.squared / errors.count - mean ** 2)).toBeCloseTo(reconstruction.deviation, 6);
    expect(errors.beyond).toBe(reconstruction.beyond);
    const rows: Record<string, string>[] = [];
    for await (const { columns, cells } of openRows(path.join(flights, 'live.csv'), { rowsMax: 100_000, isWanted: () => true }).rows) {
      if (rows.length < reconstruction.live.length) rows.push(Object.fromEntries(columns.map((name, i) => [name, String(cells[i])])));
    }
    const columns = features.map(({ name, kind }): FeatureColumn =>
      kind === 'numeric' ? Float64Array.from(rows, (row) => (row[name] === '' ? NaN : Number(row[name]))) : rows.map((row) => row[name]!),
    );
    createReconstructor(baseline.reconstruction!)({ columns, rows: rows.length }).forEach((error, row) => {
      expect(error).toBeCloseTo(reconstruction.live[row]!, 6);
    });
  });
});

async function make(
  files: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string; readonly baseline: Baseline | undefined }> {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const [at, out] = [(name: string) => path.join(folder, name), path.join(folder, 'out.json')];
  await rm(out, { force: true });
  let [stdout, stderr] = ['', ''];
  const program = new Command('modelwatch').exitOverride();
  addBaselineCommand(
    program,
    { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: (text: string) => (stderr += text) } },
    () => undefined,
  );
  const placed = words.map((word) => (Object.hasOwn(files, word) ? at(word) : word));
  const named = ['--model', 'm', '--version-name', '1', '--output-column', 'score', '--ground-truth-column', 'truth'];
  await program.parseAsync(['baseline', ...placed, ...named, '--out', out], { from: 'user' });
  const made = await loadBaseline(out);
  return { stdout, stderr: stderr.replaceAll(`${folder}/`, ''), baseline: made.ok ? made.value : undefined };
}

const csv = (rows: number, row: (i: number) => readonly (number | string)[]) =>
  ['x,y,score,truth', ...Array.from({ length: rows }, (_, i) => row(i).join(','))].map((line) => `${line}\n`).join('');
/** The score is right but for every tenth row. */
const labelled = (rows: number) => csv(rows, (i) => [i % 7, (i * i) % 11, (i % 2) * 0.6 + 0.2, i % 10 === 0 ? 1 - (i % 2) : i % 2]);

describe('evaluation rows', () => {
  it('make the evaluation and the quality, and nothing else of the baseline', async () => {
    const rows = labelled(300);
    const alone = await make({ 'fitted.csv': rows }, 'fitted.csv');
    const judged = await make({ 'fitted.csv': rows, 'new.csv': labelled(1000) }, 'fitted.csv', '--evaluation', 'new.csv');
    const { evaluation, quality, ...rest } = judged.baseline!;
    expect(evaluation).toMatchObject({
      kind: 'probability',
      rows: 1000,
      threshold: 0.5,
      confusion: { truePositive: 500, falsePositive: 0, trueNegative: 400, falseNegative: 100 },
      groundTruth: { edges: [0], counts: [400, 600] },
      calibration: { edges: [0.2], counts: [500, 500], positives: [100, 500] },
      files: [{ name: 'new.csv', rows: 1000 }],
    });
    expect(quality!['accuracy']).toBe(0.9);
    expect({ ...rest, provenance: { ...rest.provenance, createdAt: '' } }).toEqual({
      ...alone.baseline,
      quality: undefined,
      provenance: { ...alone.baseline!.provenance, createdAt: '' },
    });
    expect(judged.stdout).toContain('\nevaluated on 1000 rows\n');
  });

  it('are never taken from the fitted rows in secret: without them there is no evaluation, and the command says so', async () => {
    const { baseline: made, stdout } = await make({ 'fitted.csv': labelled(300) }, 'fitted.csv');
    expect(made!.evaluation).toBeUndefined();
    expect(stdout).toContain('no evaluation rows: the quality is that of the rows given, and there will be no estimate');
  });

  it('that are the rows of the baseline are taken, and told of', async () => {
    const { stdout } = await make({ 'same.csv': labelled(1000) }, 'same.csv', '--evaluation', 'same.csv');
    expect(stdout).toContain(
      'evaluated on 1000 rows, which are rows of the baseline: where the model was fitted on them, estimates are too high\n',
    );
  });

  it('too few for a calibration are told of', async () => {
    const { stdout } = await make({ 'fitted.csv': labelled(300), 'new.csv': labelled(999) }, 'fitted.csv', '--evaluation', 'new.csv');
    expect(stdout).toContain('evaluated on 999 rows; a calibration needs 1000, so there will be no estimate before ground truth\n');
  });

  it('of a regression have errors and the distribution of ground truth, and rows without either are left out', async () => {
    const rows = csv(500, (i) => [i % 7, i % 5, i, i % 50 === 0 ? '' : i + 2]);
    const { baseline: made } = await make({ 'fitted.csv': rows }, 'fitted.csv', '--evaluation', 'fitted.csv');
    expect(made!.evaluation).toMatchObject({ kind: 'regression', rows: 490, errors: { over: 0, under: 980, squared: 1960 } });
    expect(made!.evaluation!.groundTruth.edges).toHaveLength(9);
    expect(made!.evaluation).not.toHaveProperty('threshold');
  });

  it.each([
    ['without the column of ground truth', 'x,y,score\n1,2,0.5\n', 'the evaluation rows have no column "truth"'],
    ['with a score that is no probability', 'score,truth\n1.5,1\n', 'column "score", row 1: a probability lies in 0..1, got 1.5'],
    ['that have no pair', 'score,truth\n0.5,\n,1\n', 'no row has both an output in "score" and ground truth in "truth"'],
  ])('%s are refused', async (_name, text, sentence) => {
    const { stderr, baseline: made } = await make(
      { 'fitted.csv': labelled(100), 'bad.csv': text },
      'fitted.csv',
      ...['--evaluation', 'bad.csv', '--output-kind', 'probability'],
    );
    expect(stderr).toBe(`modelwatch baseline: ${sentence}\n`);
    expect(made).toBeUndefined();
  });
});

describe('a reconstruction', () => {
  it('is made from 100 rows and two features on', async () => {
    expect((await make({ 'a.csv': labelled(100) }, 'a.csv')).baseline!.reconstruction!.errors.count).toBe(100);
    expect((await make({ 'a.csv': labelled(99) }, 'a.csv')).baseline!.reconstruction).toBeUndefined();
    expect((await make({ 'a.csv': labelled(100) }, 'a.csv', '--features', 'x')).baseline!.reconstruction).toBeUndefined();
  });
});
