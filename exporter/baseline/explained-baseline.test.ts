import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Baseline } from '@modelwatch/core';
import { baselineCommand, type BaselineCommandOptions } from './index.js';

const MODELS = path.join(import.meta.dirname, '..', 'models', 'testdata');
const model = (name: string) => path.join(MODELS, `${name}.onnx`);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-explained-'));
  const rows = Array.from({ length: 40 }, (_, i) => [i % 8, (i * 7) % 11]);
  await writeFile(at('rows.csv'), ['a,b,score', ...rows.map(([a, b]) => `${a},${b},${b}`), ''].join('\n'));
  await writeFile(at('first.csv'), ['a,b,score', ...rows.map(([a, b]) => `${a},${b},${a}`), ''].join('\n'));
  await writeFile(
    at('first.yaml'),
    `models: [{ name: m, champion: { version: "1", onnx: { path: x.onnx }, baseline: later.json }, output: { column: 0 } }]`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);

/** Makes a baseline of rows whose output is the feature b, with a model that gives back its two inputs unless another is named. */
async function made(
  explained: BaselineCommandOptions['explained'],
  modelFile: string | undefined = model('identity-fp32'),
  input = 'rows.csv',
) {
  let stderr = '';
  const code = await baselineCommand(
    {
      inputs: [at(input)],
      out: at('baseline.json'),
      model: 'm',
      version: '1',
      outputColumn: 'score',
      createdAt: '2026-01-31T00:00:00Z',
      tool: 'test',
      modelFile,
      explained,
    },
    { stdout: { write: () => true }, stderr: { write: (text: string) => (stderr += text) } },
  );
  return { code, stderr: stderr.replaceAll(`${folder}/`, '') };
}

describe('a baseline with explanations', () => {
  it('holds background rows, attributions of training rows and of golden rows, exact for a linear model', async () => {
    expect(await made({ backgroundRows: 12, trainingRows: 25 })).toEqual({ code: 0, stderr: '' });
    const { explanations, goldenRows } = JSON.parse(await readFile(at('baseline.json'), 'utf8')) as Baseline;
    const { background, base, attributions, golden } = explanations!;
    expect(background).toHaveLength(12);
    expect(base).toBeCloseTo(
      background.reduce((sum, [, b]) => sum + Number(b) / 12, 0),
      7,
    );
    expect(attributions.count).toBe(25);
    expect([attributions.positive[0], attributions.negative[0], attributions.squared[0]]).toEqual([0, 0, 0]);
    expect(attributions.positive[1]! + attributions.negative[1]!).toBeGreaterThan(25);
    expect(golden.rows).toHaveLength(20);
    golden.rows.forEach((row, i) => {
      expect(golden.values[i]![0]).toBe(0);
      expect(golden.values[i]![1]).toBeCloseTo(goldenRows.outputs[row]! - base, 6);
    });
  }, 60_000);

  it('is of the output that the configuration names, before the baseline that it names is there', async () => {
    expect(await made({ configFile: at('first.yaml'), trainingRows: 5 }, undefined, 'first.csv')).toEqual({ code: 0, stderr: '' });
    const { explanations } = JSON.parse(await readFile(at('baseline.json'), 'utf8')) as Baseline;
    const { positive, negative } = explanations!.attributions;
    expect([positive[0]! + negative[0]! > 0, positive[1], negative[1]]).toEqual([true, 0, 0]);
  }, 60_000);

  it('is the same again from the same data', async () => {
    await made({ trainingRows: 5 });
    const first = await readFile(at('baseline.json'), 'utf8');
    await made({ trainingRows: 5 });
    expect(await readFile(at('baseline.json'), 'utf8')).toBe(first);
  }, 60_000);
});

describe('explanations are refused', () => {
  it.each<[string, () => ReturnType<typeof made>, string]>([
    [
      'of a model that gives something else than the data say',
      () => made({ configFile: at('first.yaml') }),
      'the model cannot be explained: it gives 2 where the data say 3; if another output is meant, --config names the configuration that says which',
    ],
    [
      'of a file that is no model',
      () => made({}, model('garbage')),
      'the model cannot be explained: the model file is not a complete ONNX model',
    ],
    [
      'of a model of other inputs',
      () => made({}, model('hang')),
      'the model cannot be explained: its inputs are not tables of the features alone',
    ],
    ['of nothing', () => made({ trainingRows: 0 }), 'explained rows: a whole number from 1 to 100000 is needed, got 0'],
    ['over too few rows', () => made({ backgroundRows: 3 }), 'background rows: a whole number from 10 to 1000 is needed, got 3'],
    [
      'by a configuration without the model',
      async () => {
        await writeFile(at('other.yaml'), 'models: [{ name: n, champion: { version: "1" } }]');
        return made({ configFile: at('other.yaml') });
      },
      'the configuration other.yaml has no model m',
    ],
  ])(
    '%s',
    async (_name, run, sentence) => {
      expect(await run()).toEqual({ code: 2, stderr: `modelwatch baseline: ${sentence}\n` });
    },
    60_000,
  );

  it('without a model', async () => {
    const ended = await baselineCommand(
      {
        inputs: [at('rows.csv')],
        out: at('x.json'),
        model: 'm',
        version: '1',
        outputColumn: 'score',
        createdAt: '2026-01-31T00:00:00Z',
        tool: 'test',
        explained: {},
      },
      { stdout: { write: () => true }, stderr: { write: () => true } },
    );
    expect(ended).toBe(2);
  });
});
