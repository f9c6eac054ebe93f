import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeInferRequest,
  decodeInferResponse,
  encodeInferResponse,
  fromHalfBits,
  type Datatype,
  type InferRequest,
  type Tensor,
  type TensorData,
} from './index.js';
import { DATATYPES } from './tensor.js';

const SEED = 20_131_231;
const DATATYPE_NAMES: readonly Datatype[] = [...(Object.keys(DATATYPES) as Exclude<Datatype, 'BYTES'>[]), 'BYTES'];

/** What JSON numbers, booleans and text can say of a datatype: no infinities, and one NaN. */
const VALUES: Readonly<Record<Datatype, fc.Arbitrary<number | bigint | string>>> = {
  BOOL: fc.integer({ min: 0, max: 1 }),
  UINT8: fc.integer({ min: 0, max: 255 }),
  UINT16: fc.integer({ min: 0, max: 65_535 }),
  UINT32: fc.integer({ min: 0, max: 4_294_967_295 }),
  UINT64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  INT8: fc.integer({ min: -128, max: 127 }),
  INT16: fc.integer({ min: -32_768, max: 32_767 }),
  INT32: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
  INT64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  FP16: fc.oneof(fc.integer({ min: 0, max: 0x7bff }), fc.integer({ min: 0x8000, max: 0xfbff }), fc.constant(0x7e00)),
  FP32: fc.float({ noDefaultInfinity: true }),
  FP64: fc.double({ noDefaultInfinity: true }),
  BYTES: fc.string({ unit: 'binary', maxLength: 8 }),
};

function toData(datatype: Datatype, values: readonly (number | bigint | string)[]): TensorData {
  if (datatype === 'BYTES') return values as string[];
  const data = new DATATYPES[datatype].array(values.length);
  values.forEach((value, i) => {
    data[i] = value as never;
  });
  return data;
}

function tensors(datatype: Datatype): fc.Arbitrary<Tensor> {
  return fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) => {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    return fc
      .array(VALUES[datatype], { minLength: count, maxLength: count })
      .map((values) => ({ name: 'x', datatype, shape, data: toData(datatype, values) }));
  });
}

/** An element as a client writes it in JSON. */
function elementText(datatype: Datatype, value: number | bigint | string): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (datatype === 'BOOL') return value === 1 ? 'true' : 'false';
  const number = datatype === 'FP16' ? fromHalfBits(value as number) : value;
  if (Number.isNaN(number)) return 'null';
  return Object.is(number, -0) ? '-0.0' : number.toString();
}

function nest(elements: readonly string[], shape: readonly number[]): string {
  const [first, ...rest] = shape;
  if (first === undefined || rest.length === 0) return `[${elements.join(',')}]`;
  const size = elements.length / Math.max(first, 1);
  return `[${Array.from({ length: first }, (_, i) => nest(elements.slice(i * size, (i + 1) * size), rest)).join(',')}]`;
}

function clientJson({ name, datatype, shape, data }: Tensor, nested: boolean): string {
  const elements = Array.from(data as ArrayLike<number | bigint | string>, (value) => elementText(datatype, value));
  const text = nested ? nest(elements, shape) : `[${elements.join(',')}]`;
  return `{"name":"${name}","shape":[${shape.join(',')}],"datatype":"${datatype}","data":${text}}`;
}

/** The bytes of a tensor by a DataView, which takes no part in the codec. */
function clientBytes({ datatype, data }: Tensor): Buffer {
  const parts = Array.from(data as ArrayLike<number | bigint | string>, (value) => {
    if (typeof value === 'string') {
      const text = Buffer.from(value);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return Buffer.concat([length, text]);
    }
    const element = Buffer.alloc(DATATYPES[datatype as Exclude<Datatype, 'BYTES'>].bytes);
    if (datatype === 'FP32') element.writeFloatLE(value as number);
    else if (datatype === 'FP64') element.writeDoubleLE(value as number);
    else if (typeof value === 'bigint') element.writeBigUInt64LE(BigInt.asUintN(64, value));
    else element.writeUIntLE(value < 0 ? value + 2 ** (8 * element.length) : value, 0, element.length);
    return element;
  });
  return Buffer.concat(parts);
}

/** `toEqual` for a failure's picture only: thousands of it would take a minute. */
function expectSame(actual: Tensor, tensor: Tensor): void {
  const { name, datatype, shape, data } = actual;
  const same =
    name === tensor.name &&
    datatype === tensor.datatype &&
    shape.join() === tensor.shape.join() &&
    data.constructor === tensor.data.constructor &&
    data.length === tensor.data.length &&
    (data as string[]).every((value, i) => Object.is(value, tensor.data[i]));
  if (!same) expect(actual).toEqual(tensor);
}

function decodeOne(body: Buffer, headerLength: number | undefined): Tensor {
  const result = decodeInferRequest(body, { headerLength });
  if (!result.ok) throw new Error(result.error.message);
  return result.value.inputs[0]!;
}

describe.each(DATATYPE_NAMES)('%s', (datatype) => {
  test.each([
    ['flat', false],
    ['nested', true],
  ])('comes back from %s JSON', (_, nested) => {
    fc.assert(
      fc.property(tensors(datatype), (tensor) => {
        expectSame(decodeOne(Buffer.from(`{"inputs":[${clientJson(tensor, nested)}]}`), undefined), tensor);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('comes back from bytes at any alignment', () => {
    fc.assert(
      fc.property(tensors(datatype), fc.integer({ min: 1, max: 16 }), (tensor, idLength) => {
        const bytes = clientBytes(tensor);
        const { name, shape } = tensor;
        const input = { name, shape, datatype, parameters: { binary_data_size: bytes.length } };
        const head = Buffer.from(JSON.stringify({ id: 'i'.repeat(idLength), inputs: [input] }));
        expectSame(decodeOne(Buffer.concat([head, bytes]), head.length), tensor);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test.each([false, true])('comes back from a response of ours, binary %j', (binaryOutputs) => {
    const request: InferRequest = { id: undefined, inputs: [], outputs: undefined, binaryOutputs };
    fc.assert(
      fc.property(tensors(datatype), tensors(datatype), (first, second) => {
        const outputs = [first, { ...second, name: 'y' }];
        const { body, headerLength } = encodeInferResponse({ modelName: 'm', modelVersion: '1', id: 'é', outputs, request });
        const result = decodeInferResponse(Buffer.from(body), { headerLength });
        if (!result.ok || (headerLength === undefined) === binaryOutputs) throw new Error(`not decoded: ${JSON.stringify(result)}`);
        const { id, modelName, modelVersion } = result.value;
        if (id !== 'é' || modelName !== 'm' || modelVersion !== '1') throw new Error(`not the same: ${id} ${modelName} ${modelVersion}`);
        outputs.forEach((output, i) => {
          expectSame(result.value.outputs[i]!, output);
        });
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

test('FP32 as JSON gives back the same bits and has at most 9 digits where doubles have no exponent', () => {
  const request: InferRequest = { id: undefined, inputs: [], outputs: undefined, binaryOutputs: false };
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const outputs: Tensor[] = [{ name: 'y', datatype: 'FP32', shape: [1], data: new Float32Array([value]) }];
      const { body } = encodeInferResponse({ modelName: 'm', modelVersion: undefined, id: undefined, outputs, request });
      const text = /"data":\[(.*)\]\}\]\}$/.exec(body.toString())![1]!;
      const magnitude = Math.abs(value);
      const digits = text.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
      const short = magnitude < 1e-6 || magnitude >= 1e21 || digits <= 9;
      if (!Object.is(Math.fround(Number(text)), value) || !short) throw new Error(`${value} is written ${text}`);
    }),
    { seed: SEED, numRuns: 5_000 },
  );
});

test('infinities become null in JSON and stay infinities in bytes', () => {
  const outputs: Tensor[] = [{ name: 'y', datatype: 'FP64', shape: [2], data: new Float64Array([Infinity, -Infinity]) }];
  const decoded = [false, true].map((binaryOutputs) => {
    const request: InferRequest = { id: undefined, inputs: [], outputs: undefined, binaryOutputs };
    const { body, headerLength } = encodeInferResponse({ modelName: 'm', modelVersion: undefined, id: undefined, outputs, request });
    return decodeInferResponse(Buffer.from(body), { headerLength });
  });
  expect(decoded).toMatchObject([
    { ok: true, value: { outputs: [{ data: new Float64Array([NaN, NaN]) }] } },
    { ok: true, value: { outputs: [{ data: new Float64Array([Infinity, -Infinity]) }] } },
  ]);
});
