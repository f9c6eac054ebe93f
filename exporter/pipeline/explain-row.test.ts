import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { seededRandom, type Baseline } from '@modelwatch/core';
import { pino } from 'pino';
import { systemClock } from '../clock.js';
import { parseConfig } from '../config/index.js';
import { createOnnxScorer, type OnnxScorer } from '../models/onnx/index.js';
import { createRowExplainer, ScoringFailed } from './explain-row.js';
import { createFeatureReader, createOutputReader } from './feature-reader.js';
import { createInputRows } from './input-rows.js';

const EXPORTER = path.join(import.meta.dirname, '..');
const FLIGHTS = path.join(EXPORTER, 'examples', 'flights');
const TESTDATA = path.join(EXPORTER, 'models', 'testdata');

type Values = readonly (number | string | null)[];

async function withScorer<Value>(file: string, use: (scorer: OnnxScorer) => Promise<Value>): Promise<Value> {
  const parsed = parseConfig('models: [{ name: m, champion: { version: "1", onnx: { path: m } } }]', 'x');
  if (!parsed.ok) throw new Error('the configuration is valid');
  const config = parsed.value.models[0]!.champion.onnx!;
  const scorer = await createOnnxScorer({ file, config, clock: systemClock, logger: pino({ level: 'silent' }) });
  if (!scorer.ok) throw new Error(scorer.error.message);
  try {
    return await use(scorer.value);
  } finally {
    await scorer.value.close();
  }
}

function explainerOf(
  scorer: OnnxScorer,
  features: readonly { readonly name: string; readonly kind: 'numeric' | 'categorical' }[],
  background: readonly Values[],
  rowsMax: number,
) {
  const rows = createInputRows(scorer.inputs, createFeatureReader({ features, inputs: undefined, sliceFeatures: [] }));
  if (rows === undefined) throw new Error('the inputs are tables of features');
  const inputsOf = (row: Values) => rows.ofBaseline([...row])!;
  let scored = 0;
  const explainer = createRowExplainer({
    scorer,
    rows,
    features: features.length,
    background: background.map(inputsOf),
    rowsMax,
    output: createOutputReader(undefined, undefined),
    outputTensor: undefined,
    monotonicSeconds: systemClock.monotonicSeconds,
    onBatch: ({ rows: batch }) => (scored += batch),
  });
  return {
    scored: () => scored,
    async explain(row: Values, seed = 1) {
      const explanation = await explainer.explain(inputsOf(row), seededRandom(seed));
      if (explanation.kind !== 'measured') throw new Error(explanation.reason);
      return explanation;
    },
  };
}

const numeric = (...names: readonly string[]) => names.map((name) => ({ name, kind: 'numeric' as const }));

describe('a row is explained through a scorer', () => {
  it('with numbers, text and missing values in tensors of their own: the values sum to its output less the base, whoever draws the orders', async () => {
    const { features, explanations, goldenRows } = JSON.parse(await readFile(path.join(FLIGHTS, 'baseline.json'), 'utf8')) as Baseline;
    await withScorer(path.join(FLIGHTS, 'champion.onnx'), async (scorer) => {
      const { explain, scored } = explainerOf(scorer, features, explanations!.background, explanations!.rowsMax);
      for (const row of [0, 1, 50, 99]) {
        const { output, base, values, rowsScored } = await explain(goldenRows.features[row]!, row);
        expect(Math.abs(output - goldenRows.outputs[row]!)).toBeLessThan(1e-6);
        expect(Math.abs(base - explanations!.base)).toBeLessThan(1e-6);
        expect(Math.abs(values.reduce((sum, value) => sum + value, 0) - (output - base))).toBeLessThan(1e-6);
        expect(rowsScored).toBe(1451);
      }
      expect(scored()).toBe(4 * 1451);
    });
  }, 60_000);

  it('exactly where the model is linear, by a single round', async () => {
    await withScorer(path.join(TESTDATA, 'identity-fp64.onnx'), async (scorer) => {
      const background = [
        [0, 1],
        [0, 2],
        [0, 6],
      ];
      const { values, base } = await explainerOf(scorer, numeric('a', 'b'), background, 10).explain([5, 9]);
      expect([base, ...values]).toEqual([3, 0, 6]);
    });
  }, 60_000);

  it('exactly where features are few, also by a model that takes one row at a time', async () => {
    await withScorer(path.join(TESTDATA, 'fixed-batch.onnx'), async (scorer) => {
      const { explain, scored } = explainerOf(
        scorer,
        numeric('a', 'b', 'c', 'd'),
        [
          [1, 2, 3, 4],
          [3, 2, 1, 0],
        ],
        31,
      );
      const explanation = await explain([10, 20, 30, 40]);
      expect([...explanation.values].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([8, 18, 28, 38]);
      expect([explanation.samples, scored()]).toEqual([0, 31]);
    });
  }, 60_000);

  it('not at all where its mixtures kill the child', async () => {
    await withScorer(path.join(TESTDATA, 'divide.onnx'), async (scorer) => {
      const background = [
        [-2147483648, 2],
        [-2147483648, 3],
      ];
      const { explain } = explainerOf(scorer, numeric('a', 'b'), background, 7);
      // The least INT32 by -1 is a SIGFPE, in the rows that are too few for a vector instruction.
      const failed = await explain([6, -1]).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(ScoringFailed);
      expect((failed as ScoringFailed).code).toBe('scorer_crashed');
      expect([...(await explain([12, 2])).values].every(Number.isFinite)).toBe(true);
    });
  }, 60_000);
});

describe('inputs that hold more than features', () => {
  const reader = createFeatureReader({ features: numeric('a', 'b'), inputs: { x: ['a', 'else'], y: ['b'] }, sliceFeatures: [] });
  const input = (name: string, ...shape: readonly number[]) => ({ name, datatype: 'FP32' as const, shape });

  it.each([
    ['a column that is none', [input('x', -1, 2)]],
    ['three dimensions', [input('y', -1, 1, 1)]],
    ['a width that is not that of the features', [input('y', -1, 2)]],
    ['a number of rows that is neither free nor one', [input('y', 3, 1)]],
    ['no input at all', []],
  ])('have no rows to mix: %s', (_name, inputs) => {
    expect(createInputRows(inputs, reader)).toBeUndefined();
  });
});
