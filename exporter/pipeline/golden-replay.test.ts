import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Baseline, GoldenRowsParity } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import type { InferRequest, InferResponse, TensorMetadata } from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import { createFeatureReader, createOutputReader } from './feature-reader.js';
import { createGoldenReplay } from './golden-replay.js';
import { goldenRequest } from './golden-request.js';

const FEATURES = [
  { name: 'distance', kind: 'numeric' },
  { name: 'city', kind: 'categorical' },
  { name: 'stops', kind: 'categorical' },
] as const;
const readerOf = (inputs?: Readonly<Record<string, readonly string[]>>) =>
  createFeatureReader({ features: FEATURES, inputs, sliceFeatures: [] });
const tensor = (name: string, datatype: TensorMetadata['datatype'], shape: readonly number[]): TensorMetadata => ({
  name,
  datatype,
  shape,
});

const dataOf = (request: Result<InferRequest>) =>
  request.ok ? request.value.inputs.map(({ name, shape, data }) => [name, [...shape], Array.from<unknown>(data)]) : request.error.code;

describe('goldenRequest', () => {
  it('puts features into the tensors of their names, in the datatype of each', () => {
    const inputs = [tensor('city', 'BYTES', [-1, 1]), tensor('distance', 'FP32', [-1, 1]), tensor('stops', 'INT64', [-1])];
    expect(dataOf(goldenRequest([1.5, 'Bonn', '2'], inputs, readerOf()))).toEqual([
      ['city', [1, 1], ['Bonn']],
      ['distance', [1, 1], [1.5]],
      ['stops', [1], [2n]],
    ]);
  });

  it('puts them into one wide tensor in their order, or where the configuration says', () => {
    expect(dataOf(goldenRequest([1.5, '7', '2'], [tensor('x', 'FP64', [-1, 3])], readerOf()))).toEqual([['x', [1, 3], [1.5, 7, 2]]]);
    const inputs = { a: ['stops', 'distance'], b: ['city', 'unknown'] };
    expect(dataOf(goldenRequest([1.5, '7', '2'], [tensor('a', 'FP32', [-1, 2]), tensor('b', 'BYTES', [-1, 2])], readerOf(inputs)))).toEqual(
      [
        ['a', [1, 2], [2, 1.5]],
        ['b', [1, 2], ['7', '']],
      ],
    );
  });

  it('leaves missing what is missing, and refuses a missing integer', () => {
    expect(dataOf(goldenRequest([null, 'x', null], [tensor('distance', 'FP32', [-1])], readerOf()))).toEqual([['distance', [1], [NaN]]]);
    expect(dataOf(goldenRequest([1, 'x', null], [tensor('stops', 'INT64', [-1])], readerOf()))).toBe('invalid_value');
  });
});

describe('createGoldenReplay', () => {
  const replayOf = async (outputs: readonly (Result<number> | number)[]) => {
    const file = path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json');
    const plain = JSON.parse(await readFile(file, 'utf8')) as Baseline;
    const goldenRows = { features: outputs.map((_, i) => [i, 'a']), outputs: outputs.map((_, i) => i), toleranceAbsolute: 0.125 };
    const done: GoldenRowsParity[] = [];
    const waiting: (() => void)[] = [];
    const score = (_request: InferRequest, answer: (result: Result<InferResponse>) => void) => {
      const output = outputs[waiting.length % outputs.length]!;
      waiting.push(() => {
        if (typeof output === 'number')
          answer(succeed({ outputs: [{ name: 'y', datatype: 'FP64', shape: [1], data: Float64Array.of(output) }] }));
        else answer(output as Result<never>);
      });
    };
    const replay = createGoldenReplay({
      baseline: { ...plain, goldenRows },
      scorer: { inputs: [tensor('x', 'FP64', [-1, 1])], score } as unknown as Scorer,
      watched: { features: readerOf({ x: ['distance'] }), output: createOutputReader(undefined, undefined) },
      nowSeconds: () => 17,
      onDone: (parity) => done.push(parity),
      onFault: (fault) => {
        throw fault;
      },
    });
    return { replay, waiting, done };
  };

  it('scores one row at a time, and tells what came out once all are scored', async () => {
    const { replay, waiting, done } = await replayOf([0, 1.5, fail('model_failed', 'why'), 3.125]);
    const run = replay.run();
    expect(replay.run()).toBe(run);
    for (let row = 0; row < 4; row++) {
      expect([waiting.length, done.length]).toEqual([row + 1, 0]);
      waiting[row]!();
      await new Promise(setImmediate);
    }
    await run;
    const parity = { rows: 4, failures: 2, missing: 1, differenceMax: 0.5 };
    expect([done, replay.last]).toEqual([[parity], { parity, timeSeconds: 17 }]);
  });

  it('counts nothing of a replay that was stopped, so that a model that is put away does not fail', async () => {
    const { replay, waiting, done } = await replayOf([0, fail('draining', 'why')]);
    const run = replay.run();
    waiting[0]!();
    replay.stop();
    await run;
    expect([waiting.length, done, replay.last]).toEqual([1, [], undefined]);
  });

  it.each(['overloaded', 'deadline_exceeded', 'scorer_crashed', 'not_ready'] as const)(
    'is given up on %s, which says nothing of the model',
    async (code) => {
      const { replay, waiting, done } = await replayOf([0, fail(code, 'why'), 2]);
      const run = replay.run();
      waiting[0]!();
      await new Promise(setImmediate);
      waiting[1]!();
      await run;
      expect([waiting.length, done, replay.last]).toEqual([2, [], undefined]);
    },
  );
});
