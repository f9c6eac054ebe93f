import { describe, expect, it } from '@jest/globals';
import { toHalfBits } from '../models/open-inference/half.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import { createFeatureReader, createOutputReader, type FeatureReaderOptions } from './feature-reader.js';
import { createRowBuffer } from './row-buffer.js';

const FEATURES = [
  { name: 'age', kind: 'numeric' },
  { name: 'city', kind: 'categorical' },
] as const;

const tensor = (name: string, datatype: Tensor['datatype'], shape: readonly number[], data: Tensor['data']): Tensor => ({
  name,
  datatype,
  shape,
  data,
});
const ages = (...values: readonly number[]) => tensor('age', 'FP64', [values.length, 1], Float64Array.from(values));
const cities = (...values: readonly string[]) => tensor('city', 'BYTES', [values.length], [...values]);

/** Every row that a reader gives, as `[age, city]`, with the values of its slices; 'shape' where the tensors do not agree. */
function read(tensors: readonly Tensor[], options: Partial<FeatureReaderOptions> = {}) {
  const { features = FEATURES, inputs, sliceFeatures = [] } = options;
  const reader = createFeatureReader({ features, inputs, sliceFeatures });
  const rows = reader.rowsOf(tensors);
  if (rows === undefined) return 'shape';
  const buffer = createRowBuffer({
    model: 'm',
    version: '1',
    role: 'champion',
    features,
    sliceNames: sliceFeatures.map((_, i) => `slice ${i}`),
    rowsMax: rows + 1,
  });
  for (let row = 0; row < rows; row++) {
    buffer.begin(String(row));
    reader.readRow(tensors, row, buffer);
  }
  const batch = buffer.take(0);
  return Array.from({ length: rows }, (_, row) => [
    ...batch!.features.map((column) => column![row]),
    ...batch!.slices.map((values) => values[row]),
  ]);
}

describe('createFeatureReader', () => {
  it('gives digests of a private feature, by the salt of its baseline, and of a missing value none', () => {
    const salt = '000102030405060708090a0b0c0d0e0f';
    const features = [FEATURES[0], { ...FEATURES[1], private: { salt } }];
    // python3: base64.urlsafe_b64encode(hmac.new(bytes(range(16)), b'["city","Rome"]', hashlib.sha256).digest())[:16]
    expect(read([ages(30, 40, 50), cities('Rome', '', 'Rome')], { features })).toEqual([
      [30, 'hash:mKXyceBiPfgIi3vq'],
      [40, ''],
      [50, 'hash:mKXyceBiPfgIi3vq'],
    ]);
  });

  it.each<readonly [name: string, tensors: readonly Tensor[], options: Partial<FeatureReaderOptions>, rows: unknown]>([
    [
      'tensors named as features',
      [ages(30, 40), cities('Rome', 'Bonn')],
      {},
      [
        [30, 'Rome'],
        [40, 'Bonn'],
      ],
    ],
    [
      'tensors in any order, with others between',
      [cities('Rome'), tensor('more', 'FP32', [1, 3], new Float32Array(3)), ages(30)],
      {},
      [[30, 'Rome']],
    ],
    [
      'tensors beside one that claims rows and holds nothing',
      [tensor('more', 'FP32', [1_000_000_000, 0], new Float32Array(0)), ages(30), cities('Rome')],
      {},
      [[30, 'Rome']],
    ],
    [
      'a single tensor of another name, in the order of the baseline',
      [tensor('x', 'BYTES', [2, 2], ['30', 'Rome', '40', 'Bonn'])],
      {},
      [
        [30, 'Rome'],
        [40, 'Bonn'],
      ],
    ],
    [
      'a single tensor that is named as a feature holds that alone',
      [ages(30, 40)],
      {},
      [
        [30, null],
        [40, null],
      ],
    ],
    [
      'configured inputs',
      [tensor('x', 'BYTES', [1, 3], ['Rome', 'unwatched', '30'])],
      { inputs: { x: ['city', 'unwatched', 'age'] } },
      [[30, 'Rome']],
    ],
    [
      'configured inputs of two tensors',
      [tensor('n', 'FP64', [2, 1], Float64Array.of(30, 40)), tensor('c', 'BYTES', [2, 1], ['Rome', 'Bonn'])],
      { inputs: { n: ['age'], c: ['city'] } },
      [
        [30, 'Rome'],
        [40, 'Bonn'],
      ],
    ],
    ['names that are not configured give nothing, where some are', [ages(30)], { inputs: { x: ['age'] } }, [[NaN, null]]],
    [
      'slices of features and of values that are none',
      [ages(30), cities('Rome'), tensor('region', 'BYTES', [1], ['north'])],
      { sliceFeatures: ['city', undefined, 'region', 'age'] },
      [[30, 'Rome', 'Rome', undefined, 'north', '30']],
    ],
    ['no features to look for', [tensor('x', 'FP32', [3, 2], new Float32Array(6))], { features: [] }, [[], [], []]],
    ['no rows', [ages(), cities()], {}, []],
    ['a scalar', [tensor('age', 'FP64', [], Float64Array.of(30))], {}, [[30, null]]],
  ])('reads %s', (_name, tensors, options, rows) => {
    expect(read(tensors, options)).toEqual(rows);
  });

  it.each<readonly [name: string, tensors: readonly Tensor[], inputs: FeatureReaderOptions['inputs']]>([
    ['tensors of different rows', [ages(30, 40), cities('Rome')], undefined],
    ['a wide tensor that is no number of rows', [tensor('x', 'FP64', [1, 3], new Float64Array(3))], undefined],
    ['a configured tensor that is no number of rows', [tensor('x', 'FP64', [3], new Float64Array(3))], { x: ['age', 'city'] }],
    ['a tensor that claims rows and holds nothing', [tensor('x', 'FP64', [1_000_000_000, 0], new Float64Array(0))], undefined],
    ['no tensor', [], undefined],
  ])('gives no number of rows for %s', (_name, tensors, inputs) => {
    expect(read(tensors, { inputs })).toBe('shape');
  });

  it('does not take a tensor for the wide one since it was alone before, nor the other way round', () => {
    const reader = createFeatureReader({ features: FEATURES, inputs: undefined, sliceFeatures: [] });
    const wide = tensor('x', 'BYTES', [1, 2], ['30', 'Rome']);
    expect(reader.rowsOf([wide])).toBe(1);
    expect(reader.rowsOf([wide, ages(30)])).toBe(1);
    expect(reader.rowsOf([tensor('y', 'FP64', [7], new Float64Array(7)), ages(1, 2, 3, 4, 5, 6, 7)])).toBe(7);
    expect(reader.rowsOf([tensor('y', 'FP64', [8], new Float64Array(8))])).toBe(4);
  });

  it.each<readonly [datatype: Tensor['datatype'], data: Tensor['data'], number: number, text: string]>([
    ['BOOL', Uint8Array.of(1), 1, '1'],
    ['UINT8', Uint8Array.of(255), 255, '255'],
    ['UINT16', Uint16Array.of(65_535), 65_535, '65535'],
    ['UINT32', Uint32Array.of(4_294_967_295), 4_294_967_295, '4294967295'],
    ['UINT64', BigUint64Array.of(2n ** 64n - 1n), 2 ** 64, '18446744073709551615'],
    ['INT8', Int8Array.of(-128), -128, '-128'],
    ['INT16', Int16Array.of(-32_768), -32_768, '-32768'],
    ['INT32', Int32Array.of(-7), -7, '-7'],
    ['INT64', BigInt64Array.of(-(2n ** 53n) - 1n), -(2 ** 53), '-9007199254740993'],
    ['FP16', Uint16Array.of(toHalfBits(1.5)), 1.5, '1.5'],
    ['FP32', Float32Array.of(0.25), 0.25, '0.25'],
    ['FP64', Float64Array.of(0.1), 0.1, '0.1'],
    ['BYTES', ['12.5'], 12.5, '12.5'],
  ])('reads %s as a number and as a category', (datatype, data, number, text) => {
    const both = [tensor('age', datatype, [1], data), tensor('city', datatype, [1], data)];
    expect(read(both, { sliceFeatures: ['city'] })).toEqual([[number, text, text]]);
  });

  it.each<readonly [name: string, datatype: Tensor['datatype'], data: Tensor['data']]>([
    ['NaN', 'FP64', Float64Array.of(NaN)],
    ['NaN in 16 bits', 'FP16', Uint16Array.of(toHalfBits(NaN))],
  ])('takes %s for missing', (_name, datatype, data) => {
    expect(read([tensor('age', datatype, [1], data), tensor('city', datatype, [1], data)], { sliceFeatures: ['city'] })).toEqual([
      [NaN, null, undefined],
    ]);
  });

  it.each(['', ' ', '\t\n', 'far', '12 km', 'null', '0x10'])('takes the text %j for no number', (text) => {
    expect(read([tensor('age', 'BYTES', [1], [text])])).toEqual([[NaN, null]]);
  });

  it.each<readonly [text: string, number: number]>([
    ['true', 1],
    ['False', 0],
    ['-1.5e3', -1500],
    ['inf', Infinity],
  ])('takes the text %j for a number, as a baseline does', (text, value) => {
    expect(read([tensor('age', 'BYTES', [1], [text])])).toEqual([[value, null]]);
  });

  it('keeps infinities, which are out of range and not missing', () => {
    expect(read([ages(Infinity, -Infinity)])).toEqual([
      [Infinity, null],
      [-Infinity, null],
    ]);
  });

  it('tells which features the tensors of a model do not hold', () => {
    const reader = (inputs?: FeatureReaderOptions['inputs']) => createFeatureReader({ features: FEATURES, inputs, sliceFeatures: [] });
    expect(reader().missingFrom(['age', 'other'])).toEqual(['city']);
    expect(reader().missingFrom(['x'])).toEqual([]);
    expect(reader().missingFrom(['x', 'y'])).toEqual(['age', 'city']);
    expect(reader({ x: ['city'] }).missingFrom(['x'])).toEqual(['age']);
  });
});

describe('createOutputReader', () => {
  const scores = tensor('p', 'FP32', [2, 2], Float32Array.of(0.75, 0.25, 0.5, 0.5));
  const labels = tensor('label', 'INT64', [2], BigInt64Array.of(0n, 1n));
  const values = (name: string | undefined, column: number | undefined, tensors: readonly Tensor[], rows = 2) => {
    const output = createOutputReader(name, column).read(tensors, rows);
    return output === undefined ? undefined : Array.from({ length: rows }, (_, row) => output.at(row));
  };

  it.each<readonly [name: string, wanted: readonly [string | undefined, number | undefined], tensors: readonly Tensor[], values: unknown]>([
    ['the last column of the last tensor', [undefined, undefined], [labels, scores], [0.25, 0.5]],
    ['a column', [undefined, 0], [labels, scores], [0.75, 0.5]],
    ['a tensor', ['label', undefined], [labels, scores], [0, 1]],
    ['text that is a number', [undefined, undefined], [tensor('t', 'BYTES', [2], ['0.5', 'high'])], [0.5, NaN]],
    ['half precision', [undefined, undefined], [tensor('h', 'FP16', [2], Uint16Array.of(toHalfBits(0.5), toHalfBits(2)))], [0.5, 2]],
    ['no such tensor', ['q', undefined], [labels, scores], undefined],
    ['no such column', [undefined, 2], [scores], undefined],
    ['values that are no number of rows', [undefined, undefined], [tensor('t', 'FP64', [3], new Float64Array(3))], undefined],
    ['as many values for another number of rows', [undefined, undefined], [tensor('t', 'FP64', [1, 2], new Float64Array(2))], undefined],
    ['an empty tensor', [undefined, undefined], [tensor('t', 'FP64', [0], new Float64Array(0))], undefined],
    ['no tensors', [undefined, undefined], [], undefined],
  ])('reads %s', (_name, [wanted, column], tensors, expected) => {
    expect(values(wanted, column, tensors)).toEqual(expected);
  });

  it('reads a single row without its dimension', () => {
    expect(values(undefined, undefined, [tensor('t', 'FP64', [3], Float64Array.of(0.1, 0.2, 0.7))], 1)).toEqual([0.7]);
    expect(values(undefined, undefined, [tensor('t', 'FP64', [], Float64Array.of(0.7))], 1)).toEqual([0.7]);
  });

  it('reads nothing of no rows', () => {
    expect(values(undefined, undefined, [scores], 0)).toBeUndefined();
  });
});
