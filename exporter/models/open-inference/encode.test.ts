import { describe, expect, test } from '@jest/globals';
import { encodeInferResponse, encodeModelMetadata, encodeServerMetadata, selectOutputs, type InferRequest, type Tensor } from './index.js';
import { float32Text } from './float32-text.js';

const ALL: InferRequest = { id: undefined, inputs: [], outputs: undefined, binaryOutputs: false };

function encode(outputs: readonly Tensor[], request: InferRequest = ALL) {
  const encoded = encodeInferResponse({ modelName: 'flights', modelVersion: '3', id: 'a-1', outputs, request });
  const { headerLength } = encoded;
  const body = Buffer.from(encoded.body);
  expect(encoded.bytes).toBe(body.length);
  return {
    text: body.subarray(0, headerLength ?? body.length).toString(),
    bytes: headerLength === undefined ? undefined : body.subarray(headerLength),
  };
}

function dataText(datatype: Tensor['datatype'], data: Tensor['data']): string {
  const { text } = encode([{ name: 'y', datatype, shape: [data.length], data }]);
  return text.slice(text.indexOf('"data":') + '"data":'.length, -'}]}'.length);
}

describe('responses', () => {
  test('the whole text of one', () => {
    expect(encode([{ name: 'y', datatype: 'FP32', shape: [1, 2], data: new Float32Array([0.1, 0.9]) }])).toEqual({
      text: '{"model_name":"flights","model_version":"3","id":"a-1","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[0.1,0.9]}]}',
      bytes: undefined,
    });
  });

  test('without version and id where there is none', () => {
    const { body } = encodeInferResponse({ modelName: 'm', modelVersion: undefined, id: undefined, outputs: [], request: ALL });
    expect(body.toString()).toBe('{"model_name":"m","outputs":[]}');
  });

  test('names and ids of any characters stay JSON', () => {
    const id = '"\\\u2028é😀</script>';
    const { body } = encodeInferResponse({ modelName: id, modelVersion: id, id, outputs: [], request: ALL });
    expect(JSON.parse(body.toString())).toEqual({ model_name: id, model_version: id, id, outputs: [] });
  });

  test.each<[Tensor['datatype'], Tensor['data'], string]>([
    ['BOOL', new Uint8Array([0, 1]), '[false,true]'],
    ['INT8', new Int8Array([-128, 127]), '[-128,127]'],
    ['UINT8', new Uint8Array([0, 255]), '[0,255]'],
    ['INT64', new BigInt64Array([-9223372036854775808n, 9007199254740993n]), '[-9223372036854775808,9007199254740993]'],
    ['UINT64', new BigUint64Array([18446744073709551615n]), '[18446744073709551615]'],
    ['FP16', new Uint16Array([0x3c00, 0x2e66, 0x8000, 0x7c00, 0x7e00]), '[1,0.0999755859375,-0,null,null]'],
    ['FP32', new Float32Array([0.1, -0, NaN, Infinity, -Infinity, 1e-45]), '[0.1,-0,null,null,null,1.401298464324817e-45]'],
    ['FP64', new Float64Array([0.1, -0, NaN, 1e300]), '[0.1,-0,null,1e+300]'],
    ['BYTES', ['', '"\n', '😀'], '["","\\"\\n","😀"]'],
    ['FP32', new Float32Array(0), '[]'],
  ])('%s %j as JSON', (datatype, data, text) => {
    expect(dataText(datatype, data)).toBe(text);
  });

  test('binary outputs follow the JSON in order, with their sizes', () => {
    const outputs: Tensor[] = [
      { name: 'a', datatype: 'BYTES', shape: [2], data: ['', '€'] },
      { name: 'b', datatype: 'FP32', shape: [1], data: new Float32Array([0.5]) },
      { name: 'c', datatype: 'UINT16', shape: [2], data: new Uint16Array([1, 65_535]) },
    ];
    const request = {
      ...ALL,
      binaryOutputs: true,
      outputs: [
        { name: 'a', binary: true },
        { name: 'b', binary: false },
        { name: 'c', binary: true },
      ],
    };
    const { text, bytes } = encode(outputs, request);
    expect(JSON.parse(text)).toMatchObject({
      outputs: [
        { name: 'a', parameters: { binary_data_size: 11 } },
        { name: 'b', data: [0.5] },
        { name: 'c', parameters: { binary_data_size: 4 } },
      ],
    });
    expect([...bytes!]).toEqual([0, 0, 0, 0, 3, 0, 0, 0, 0xe2, 0x82, 0xac, 1, 0, 255, 255]);
  });
});

describe('selectOutputs', () => {
  const outputs = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  const asking = (...names: string[]): InferRequest => ({ ...ALL, outputs: names.map((name) => ({ name, binary: false })) });

  test('gives all where the request names none, else those it names in its order', () => {
    expect(selectOutputs(outputs, ALL)).toEqual({ ok: true, value: outputs });
    expect(selectOutputs(outputs, asking('c', 'a'))).toEqual({ ok: true, value: [{ name: 'c' }, { name: 'a' }] });
  });

  test.each(['d', '__proto__', 'A'])('refuses %s', (name) => {
    expect(selectOutputs(outputs, asking('a', name))).toEqual({
      ok: false,
      error: { code: 'unknown_output', message: `the model has no output "${name}"` },
    });
  });
});

describe('FP32 in few digits', () => {
  test.each([
    [0.1, '0.1'],
    [1 / 3, '0.33333334'],
    [16_777_216, '16777216'],
    [1.17549435e-38, '1.1754943508222875e-38'],
    [3.4028234663852886e38, '3.4028234663852886e+38'],
    [123_456.79, '123456.79'],
    [1e10, '10000000000'],
    [-2.5, '-2.5'],
  ])('%d is %s', (value, text) => {
    expect(float32Text(Math.fround(value))).toBe(text);
  });
});

describe('metadata', () => {
  test('of the server names the binary extension', () => {
    expect(JSON.parse(encodeServerMetadata({ name: 'modelwatch', version: '0.1.0' }))).toEqual({
      name: 'modelwatch',
      version: '0.1.0',
      extensions: ['binary_tensor_data'],
    });
  });

  test("of a model has the protocol's fields and -1 for free dimensions", () => {
    const inputs = [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 30], file: '/models/x' }];
    expect(JSON.parse(encodeModelMetadata({ name: 'm', versions: ['1'], platform: 'onnx_onnxv1', inputs, outputs: [] }))).toEqual({
      name: 'm',
      versions: ['1'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 30] }],
      outputs: [],
    });
  });
});
