import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { systemClock } from '../../clock.js';
import { ask, codeOf, outputsOf, tensor, testScorer } from '../conformance.js';
import type { InferResponse } from '../open-inference/messages.js';
import type { Tensor } from '../open-inference/tensor.js';
import type { Result } from '../../errors.js';
import { createOnnxScorer, type OnnxScorer, type OnnxScorerOptions } from './index.js';

const CONFIG: OnnxScorerOptions['config'] = {
  processes: 1,
  threads: 1,
  deadline: '20s',
  loadTimeout: '30s',
  batchRowsMax: 256,
  queueEntriesMax: 1024,
  outputBytesMax: 1_048_576,
  memoryBytesMax: 2_147_483_648,
};
const modelFile = (name: string) => fileURLToPath(new URL(`../testdata/${name}.onnx`, import.meta.url));
const opened: OnnxScorer[] = [];

async function make(file: string, config: Partial<OnnxScorerOptions['config']>): Promise<OnnxScorer> {
  const logger = pino({ level: 'silent' });
  const made = await createOnnxScorer({ file, config: { ...CONFIG, ...config }, clock: systemClock, logger });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

/** Opens a scorer for one test. */
async function open(file: string, config: Partial<OnnxScorerOptions['config']> = {}): Promise<OnnxScorer> {
  const scorer = await make(file, config);
  opened.push(scorer);
  return scorer;
}

afterEach(() => Promise.all(opened.splice(0).map((scorer) => scorer.close())));

testScorer('onnx, one child', { open: ({ queueEntriesMax }) => make(modelFile('identity-fp32'), { queueEntriesMax }) });
testScorer('onnx, two children', { open: ({ queueEntriesMax }) => make(modelFile('identity-fp32'), { queueEntriesMax, processes: 2 }) });

const exact: readonly (readonly [string, Tensor['datatype'], Tensor['data']])[] = [
  ['bool', 'BOOL', Uint8Array.of(0, 1)],
  ['uint8', 'UINT8', Uint8Array.of(0, 255)],
  ['uint16', 'UINT16', Uint16Array.of(0, 65_535)],
  ['uint32', 'UINT32', Uint32Array.of(0, 4_294_967_295)],
  ['uint64', 'UINT64', BigUint64Array.of(0n, 18_446_744_073_709_551_615n)],
  ['int8', 'INT8', Int8Array.of(-128, 127)],
  ['int16', 'INT16', Int16Array.of(-32_768, 32_767)],
  ['int32', 'INT32', Int32Array.of(-2_147_483_648, 2_147_483_647)],
  ['int64', 'INT64', BigInt64Array.of(-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n)],
  // A signalling and a quiet NaN, each with bits of its own.
  ['fp16', 'FP16', Uint16Array.of(0x7d01, 0xfe55)],
  ['fp32', 'FP32', Float32Array.of(-0, 1e-45)],
  ['fp64', 'FP64', Float64Array.of(5e-324, -Infinity)],
  ['bytes', 'BYTES', ['', 'Größe 中文 🛫 \u0301']],
];

describe('values', () => {
  it.each(exact)('%s comes back bit for bit, alone and in company', async (name, datatype, data) => {
    const scorer = await open(modelFile(`identity-${name}`));
    const input = tensor('x', datatype, [1, 2], data);
    const other = tensor('x', datatype, [1, 2], Array.isArray(data) ? ['a', 'b'] : data.slice().reverse());
    // More than are compared with single calls: the last ones are answered from shared calls.
    for (let round = 0; round < 4; round++) {
      const results = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(scorer, [i % 2 === 0 ? input : other])));
      results.forEach((result, i) => expect(outputsOf(result)[0]).toEqual({ ...(i % 2 === 0 ? input : other), name: 'y' }));
    }
    expect(scorer.stats().batchRows.counts[4]! + scorer.stats().batchRows.counts[5]!).toBeGreaterThan(0);
  });

  it.each(['cut\0here', 'lone \ud800'])('text that onnxruntime would change is refused: %j', async (text) => {
    const scorer = await open(modelFile('identity-bytes'));
    expect(codeOf(await ask(scorer, [tensor('x', 'BYTES', [1, 2], [text, ''])]))).toBe('invalid_value');
  });

  it('inputs and outputs of different types are told apart, in the order asked for', async () => {
    const scorer = await open(modelFile('multi-output'));
    const inputs = [tensor('text', 'BYTES', [2, 1], ['a', 'b']), tensor('number', 'FP32', [2, 1], Float32Array.of(1, 2))];
    const negated = tensor('negated', 'FP32', [2, 1], Float32Array.of(-1, -2));
    const copied = tensor('copied', 'BYTES', [2, 1], ['a', 'b']);
    const asked: readonly (readonly [readonly string[] | undefined, readonly Tensor[]])[] = [
      [undefined, [negated, copied]],
      [
        ['copied', 'negated'],
        [copied, negated],
      ],
      [['copied'], [copied]],
      [['negated'], [negated]],
    ];
    for (let round = 0; round < 12; round++) {
      const results = await Promise.all(asked.map(([outputs]) => ask(scorer, inputs, outputs)));
      results.forEach((result, i) => expect(outputsOf(result)).toEqual(asked[i]![1]));
    }
  });
});

describe('shared calls', () => {
  it('give what single calls give: gradient boosting', async () => {
    const scorer = await open(modelFile('gradient-boosting-30'));
    const requests = Array.from({ length: 100 }, (_, request) => {
      const rows = 1 + (request % 3);
      const values = Float32Array.from({ length: rows * 30 }, (_, i) => Math.sin(request * 97 + i * 13) * 2);
      return tensor('features', 'FP32', [rows, 30], values);
    });
    const alone: (readonly Tensor[])[] = [];
    for (const request of requests) alone.push(outputsOf(await ask(scorer, [request])));
    for (let round = 0; round < 2; round++) {
      const together = await Promise.all(requests.map((request) => ask(scorer, [request])));
      together.forEach((result, i) => expect(outputsOf(result)).toEqual(alone[i]));
    }
    const { counts, sum } = scorer.stats().batchRows;
    expect(counts[8]! + counts[7]!).toBeGreaterThan(0);
    expect(sum).toBeGreaterThan(requests.length * 3);
  });

  it('are left for good where the outputs do not come row by row', async () => {
    const scorer = await open(modelFile('nondeterministic-shape'));
    for (let round = 0; round < 3; round++) {
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, i) => ask(scorer, [tensor('x', 'FP32', [1, 2], Float32Array.of(i - 25, -1))])),
      );
      results.forEach((result, i) => expect(outputsOf(result)[0]!.shape).toEqual([i > 25 ? 1 : 0, 2]));
    }
    expect(scorer.stats().batchRows.counts.length).toBe(12);
    expect(
      Array.from(scorer.stats().batchRows.counts)
        .slice(1)
        .reduce((a, b) => a + b),
    ).toBe(1);
  });

  it.each([
    ['fixed-batch', (i: number) => [tensor('x', 'FP32', [1, 4], Float32Array.of(i, 1, 1, 1))], (i: number) => Float32Array.of(i + 3)],
    ['nonzero', (i: number) => [tensor('x', 'FP32', [2], Float32Array.of(0, i + 1))], () => BigInt64Array.of(1n)],
  ] as const)('are not tried where the signature of %s has no free batch', async (name, inputs, expected) => {
    const scorer = await open(modelFile(name));
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(scorer, inputs(i))));
    results.forEach((result, i) => expect(outputsOf(result)[0]!.data).toEqual(expected(i)));
    expect(scorer.stats().batchRows.counts[0]).toBe(20);
  });

  it('do not mix up requests whose inputs have different numbers of rows', async () => {
    const scorer = await open(modelFile('divide'));
    const divide = (a: number[], b: number[]) =>
      ask(scorer, [tensor('a', 'INT32', [a.length], Int32Array.from(a)), tensor('b', 'INT32', [b.length], Int32Array.from(b))]);
    for (let round = 0; round < 8; round++) {
      const results = await Promise.all([divide([8, 6], [2]), divide([9], [3, 1]), divide([4], [2]), divide([10], [5]), divide([1], [0])]);
      const quotients = results.slice(0, 4).map((result) => outputsOf(result)[0]!.data);
      expect(quotients).toEqual([Int32Array.of(4, 3), Int32Array.of(3, 9), Int32Array.of(2), Int32Array.of(2)]);
      expect(codeOf(results[4]!)).toBe('model_refused');
    }
  });

  it('whose output is larger than may leave at once are made smaller; one request alone gets its error', async () => {
    const scorer = await open(modelFile('identity-fp64'), { outputBytesMax: 1600 });
    const rows = (count: number) => [tensor('x', 'FP64', [count, 2], new Float64Array(count * 2))];
    const results = await Promise.all([rows(100), rows(101), rows(1), rows(120), rows(100)].map((inputs) => ask(scorer, inputs)));
    expect(results.map(codeOf)).toEqual(['answered', 'output_too_large', 'answered', 'output_too_large', 'answered']);
  });
});

describe('the model file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'modelwatch-test-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is read once: children started later load what was checked', async () => {
    const file = join(directory, 'model.onnx');
    await copyFile(modelFile('identity-fp32'), file);
    const scorer = await open(file);
    expect(scorer.digest).toBe(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    );
    await writeFile(file, 'something else');
    const [processId] = scorer.stats().processIds;
    process.kill(processId!, 'SIGKILL');
    const result = await ask(scorer, [tensor('x', 'FP32', [1, 2], Float32Array.of(1, 2))]);
    const again = codeOf(result) === 'answered' ? result : await ask(scorer, [tensor('x', 'FP32', [1, 2], Float32Array.of(1, 2))]);
    expect(outputsOf(again)[0]!.data).toEqual(Float32Array.of(1, 2));
    expect(scorer.stats().processIds).not.toContain(processId);
  });
});

describe('one column of the outputs', () => {
  const columnOf = (scorer: OnnxScorer, inputs: readonly Tensor[], rows: number, column: number | undefined) =>
    new Promise<Result<InferResponse>>((resolve) => {
      scorer.score({ id: undefined, inputs, outputs: undefined, binaryOutputs: false, cut: { rows, column } }, resolve);
    });
  const pairs = (...values: readonly number[]) => [tensor('x', 'FP64', [values.length / 2, 2], Float64Array.from(values))];
  const zeros = (rows: number, columns: number) => [tensor('shape', 'INT64', [2], BigInt64Array.of(BigInt(rows), BigInt(columns)))];

  it('leaves the child alone, the last unless another is said', async () => {
    const scorer = await open(modelFile('identity-fp64'));
    const inputs = pairs(1, 10, 2, 20, 3, 30);
    for (const [column, values] of [
      [undefined, [10, 20, 30]],
      [0, [1, 2, 3]],
      [1, [10, 20, 30]],
    ] as const) {
      expect(outputsOf(await columnOf(scorer, inputs, 3, column))).toEqual([tensor('y', 'FP64', [3], Float64Array.from(values))]);
    }
  });

  it('is cut for each request of a shared call, whatever others ask for', async () => {
    const scorer = await open(modelFile('identity-fp64'));
    const wanted = [0, 1, undefined, 'all'] as const;
    for (let round = 0; round < 3; round++) {
      // Rows of one to three, and of each way to ask a few in a row, so that some share a call.
      const asked = Array.from({ length: 80 }, (_, i) => {
        const rows = 1 + (i % 3);
        const values = Array.from({ length: rows * 2 }, (_, at) => i * 10 + at);
        return { rows, values, column: wanted[Math.floor(i / 10) % wanted.length]! };
      });
      const results = await Promise.all(
        asked.map(({ rows, values, column }) =>
          column === 'all' ? ask(scorer, pairs(...values)) : columnOf(scorer, pairs(...values), rows, column),
        ),
      );
      results.forEach((result, i) => {
        const { rows, values, column } = asked[i]!;
        const own = column === 'all' ? values : values.filter((_, at) => at % 2 === (column ?? 1));
        expect(outputsOf(result)[0]).toEqual(tensor('y', 'FP64', column === 'all' ? [rows, 2] : [rows], Float64Array.from(own)));
      });
    }
    const { counts } = scorer.stats().batchRows;
    expect(
      Array.from(counts)
        .slice(2)
        .reduce((sum, count) => sum + count, 0),
    ).toBeGreaterThan(0);
  });

  it('of a model whose outputs do not come row by row is cut from calls of one request, and shared calls are left for good', async () => {
    const scorer = await open(modelFile('nondeterministic-shape'));
    const codes: string[] = [];
    for (let round = 0; round < 2; round++) {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) => columnOf(scorer, [tensor('x', 'FP32', [1, 2], Float32Array.of(i - 10, -1))], 1, 0)),
      );
      results.forEach((result, i) => {
        // It gives the rows whose first value is above 0: none is no column.
        if (i > 10) expect(outputsOf(result)[0]).toMatchObject({ shape: [1], data: Float32Array.of(i - 10) });
        else codes.push(codeOf(result));
      });
    }
    expect(codes).toEqual(new Array(22).fill('model_failed'));
    const { counts } = scorer.stats().batchRows;
    expect([
      counts[0],
      Array.from(counts)
        .slice(1)
        .reduce((sum, count) => sum + count, 0),
    ]).toEqual([40, 1]);
  });

  it('is refused where there is none for each row, as the output of a model that failed', async () => {
    const scorer = await open(modelFile('allocate'), { outputBytesMax: 64_000_000 });
    expect(codeOf(await columnOf(scorer, zeros(12_500, 1000), 2, undefined))).toBe('model_failed');
    expect(codeOf(await columnOf(scorer, zeros(4, 3), 4, 3))).toBe('model_failed');
    expect(codeOf(await columnOf(scorer, zeros(4, 3), 4, 2))).toBe('answered');
  });
});
