import { describe, expect, test } from '@jest/globals';
import { decodeInferRequest, decodeInferResponse, toHalfBits, type InferRequest, type Tensor } from './index.js';

function decode(body: string | object, options: { elementsMax?: number; acceptNonFinite?: boolean } = {}): InferRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const result = decodeInferRequest(Buffer.from(text), { headerLength: undefined, ...options });
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** The one tensor of a request whose data are the given JSON text. */
function tensorOf(datatype: string, data: string, shape = `[${data.split(',').length}]`): Tensor {
  return decode(`{"inputs":[{"name":"x","datatype":"${datatype}","shape":${shape},"data":[${data}]}]}`).inputs[0]!;
}

function withBytes(json: object, bytes: Buffer) {
  const head = Buffer.from(JSON.stringify(json));
  return decodeInferRequest(Buffer.concat([head, bytes]), { headerLength: head.length });
}

describe('the form of a request', () => {
  test("the protocol's example, its BOOL data completed", () => {
    const request = decode({
      id: '42',
      inputs: [
        { name: 'input0', shape: [2, 2], datatype: 'UINT32', data: [1, 2, 3, 4] },
        { name: 'input1', shape: [3], datatype: 'BOOL', data: [true, false, true] },
      ],
      outputs: [{ name: 'output0' }],
    });
    expect(request).toEqual({
      id: '42',
      inputs: [
        { name: 'input0', datatype: 'UINT32', shape: [2, 2], data: new Uint32Array([1, 2, 3, 4]) },
        { name: 'input1', datatype: 'BOOL', shape: [3], data: new Uint8Array([1, 0, 1]) },
      ],
      outputs: [{ name: 'output0', binary: false }],
      binaryOutputs: false,
    });
  });

  test("Triton's example of binary data, which names the model in the body", () => {
    const json = {
      model_name: 'mymodel',
      inputs: [
        { name: 'input0', shape: [2, 2], datatype: 'UINT32', parameters: { binary_data_size: 16 } },
        { name: 'input1', shape: [3], datatype: 'BOOL', parameters: { binary_data_size: 3 } },
      ],
      outputs: [{ name: 'output0', parameters: { binary_data: true } }],
    };
    const bytes = Buffer.concat([Buffer.from(new Uint32Array([1, 2, 3, 4_294_967_295]).buffer), Buffer.from([1, 0, 1])]);
    expect(withBytes(json, bytes)).toMatchObject({
      ok: true,
      value: {
        inputs: [{ data: new Uint32Array([1, 2, 3, 4_294_967_295]) }, { data: new Uint8Array([1, 0, 1]) }],
        outputs: [{ name: 'output0', binary: true }],
      },
    });
  });

  test('optional fields of null count as missing, and an empty list of outputs asks for all', () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1], data: [1], parameters: null }];
    const none = { id: undefined, outputs: undefined, binaryOutputs: false };
    expect(decode({ id: null, parameters: null, outputs: null, inputs })).toMatchObject(none);
    expect(decode({ id: '', outputs: [], inputs })).toMatchObject(none);
  });

  test('an output says for itself whether it is binary, else the request does', () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }];
    const outputs = [{ name: 'a' }, { name: 'b', parameters: { binary_data: false } }, { name: 'c', parameters: { binary_data: true } }];
    expect(decode({ inputs, outputs, parameters: { binary_data_output: true } }).outputs).toEqual([
      { name: 'a', binary: true },
      { name: 'b', binary: false },
      { name: 'c', binary: true },
    ]);
    expect(decode({ inputs, outputs }).outputs!.map(({ binary }) => binary)).toEqual([false, false, true]);
    expect(decode({ inputs, parameters: { binary_data_output: true } })).toMatchObject({ outputs: undefined, binaryOutputs: true });
  });

  test('parameters the codec does not know are left aside, whatever their names', () => {
    const parameters = '{"content_type":"np","priority":1,"headers":{"a":"b"},"__proto__":{"binary_data_output":true},"constructor":{}}';
    const input = `{"name":"x","datatype":"FP32","shape":[1],"data":[1],"parameters":${parameters}}`;
    expect(decode(`{"parameters":${parameters},"inputs":[${input}]}`)).toMatchObject({ binaryOutputs: false, inputs: [{ name: 'x' }] });
    expect(({} as Record<string, unknown>)['binary_data_output']).toBeUndefined();
  });

  test('names that objects inherit are names like others', () => {
    const inputs = ['__proto__', 'constructor', 'toString'].map((name) => ({ name, datatype: 'FP32', shape: [1], data: [1] }));
    expect(decode({ inputs, outputs: [{ name: '__proto__' }] }).inputs.map(({ name }) => name)).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
  });

  test('brackets inside strings do not nest', () => {
    expect(tensorOf('BYTES', JSON.stringify('['.repeat(100) + '"{')).data).toEqual(['['.repeat(100) + '"{']);
  });

  test('nesting of 32 passes', () => {
    const parameters = `{"a":${'['.repeat(30)}${']'.repeat(30)}}`;
    expect(decode(`{"parameters":${parameters},"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}`).inputs).toHaveLength(1);
  });

  test('of a field given twice the last counts, for long integers too', () => {
    const input = (data: string) => `[{"name":"x","datatype":"INT64","shape":[1],"data":[5],"data":[${data}]}]`;
    expect(decode(`{"inputs":${input('9007199254740993')},"inputs":${input('9007199254740995')}}`).inputs[0]!.data).toEqual(
      new BigInt64Array([9007199254740995n]),
    );
  });
});

describe('shapes', () => {
  test.each([
    ['flat', '[2,3]', '1,2,3,4,5,6'],
    ['nested', '[2,3]', '[1,2,3],[4,5,6]'],
    ['nested with a dimension of 1', '[1,2,3]', '[[1,2,3],[4,5,6]]'],
    ['flat in many dimensions', '[1,1,2,1,3,1]', '1,2,3,4,5,6'],
    ['nested in many dimensions', '[6,1,1]', '[[1]],[[2]],[[3]],[[4]],[[5]],[[6]]'],
  ])('%s', (_, shape, data) => {
    expect(tensorOf('INT16', data, shape)).toEqual({
      name: 'x',
      datatype: 'INT16',
      shape: JSON.parse(shape),
      data: new Int16Array([1, 2, 3, 4, 5, 6]),
    });
  });

  test.each([
    ['[0]', ''],
    ['[0,3]', ''],
    ['[3,0]', ''],
    ['[2,0]', '[],[]'],
  ])('%s of [%s] is empty', (shape, data) => {
    expect(tensorOf('FP32', data, shape).data).toEqual(new Float32Array(0));
  });

  test('no dimensions hold one value', () => {
    expect(tensorOf('FP64', '7', '[]')).toEqual({ name: 'x', datatype: 'FP64', shape: [], data: new Float64Array([7]) });
  });

  test('elementsMax counts the elements of all inputs together', () => {
    const input = (name: string, count: number) => ({ name, datatype: 'INT8', shape: [count], data: new Array<number>(count).fill(1) });
    expect(decode({ inputs: [input('a', 4), input('b', 6)] }, { elementsMax: 10 }).inputs).toHaveLength(2);
    expect(() => decode({ inputs: [input('a', 4), input('b', 7)] }, { elementsMax: 10 })).toThrow(/^too_many_elements/);
  });
});

describe('values', () => {
  test('FP32 rounds to the nearest, takes null for NaN, and goes to the greatest that rounds to a finite value', () => {
    expect(tensorOf('FP32', '0.1,-0,1e-60,null,3.4028235677973362e38,-3.4028235677973362e38').data).toEqual(
      new Float32Array([Math.fround(0.1), -0, 0, NaN, 3.4028234663852886e38, -3.4028234663852886e38]),
    );
  });

  test('FP16 rounds once, ties to even', () => {
    expect(tensorOf('FP16', '1,0.1,65519,-65519,null,2049').data).toEqual(
      new Uint16Array([0x3c00, 0x2e66, 0x7bff, 0xfbff, 0x7e00, 0x6800]),
    );
    expect(tensorOf('FP16', '1.5').data).toEqual(new Uint16Array([toHalfBits(1.5)]));
  });

  test('FP64 is what JSON says', () => {
    expect(tensorOf('FP64', '0.1,5e-324,1.7976931348623157e308,null').data).toEqual(new Float64Array([0.1, 5e-324, Number.MAX_VALUE, NaN]));
  });

  test('integers reach their bounds, and 1.0 and 1e2 are integers', () => {
    expect(tensorOf('INT8', '-128,127,1.0,1e2,-0').data).toEqual(new Int8Array([-128, 127, 1, 100, 0]));
    expect(tensorOf('UINT32', '0,4294967295').data).toEqual(new Uint32Array([0, 4_294_967_295]));
    expect(tensorOf('INT32', '-2147483648,2147483647').data).toEqual(new Int32Array([-2_147_483_648, 2_147_483_647]));
  });

  test('64 bits are exact beyond 2^53', () => {
    expect(tensorOf('INT64', '9007199254740993,-9223372036854775808,9223372036854775807,7').data).toEqual(
      new BigInt64Array([9007199254740993n, -9223372036854775808n, 9223372036854775807n, 7n]),
    );
    expect(tensorOf('UINT64', '18446744073709551615,0').data).toEqual(new BigUint64Array([18446744073709551615n, 0n]));
    expect(tensorOf('INT64', '[1,9007199254740993],[3,4]', '[2,2]').data).toEqual(new BigInt64Array([1n, 9007199254740993n, 3n, 4n]));
  });

  test('long digits elsewhere do not disturb long integers', () => {
    const text = '"\\"12345678901234567890\\\\"';
    const request = decode(
      `{"id":${text},"inputs":[` +
        `{"name":"a","datatype":"BYTES","shape":[1],"data":[${text}]},` +
        '{"name":"b","datatype":"FP64","shape":[2],"data":[0.12345678901234567890,12345678901234567890]},' +
        '{"name":"c","datatype":"INT64","shape":[1],"data":[1234567890123456789]}]}',
    );
    expect(request.inputs.map(({ data }) => data)).toEqual([
      ['"12345678901234567890\\'],
      new Float64Array([0.12345678901234568, 12345678901234567000]),
      new BigInt64Array([1234567890123456789n]),
    ]);
  });

  test('BYTES are text of any characters', () => {
    expect(tensorOf('BYTES', '"","a\\u0000b","\\ud83d\\ude00","é"').data).toEqual(['', 'a\u0000b', '😀', 'é']);
  });

  test('NaN and Infinity are taken where asked, outside strings only', () => {
    const body = '{"id":"NaN","inputs":[{"name":"x","datatype":"FP32","shape":[4],"data":[NaN,Infinity,-Infinity,1e39]}]}';
    expect(decode(body, { acceptNonFinite: true })).toMatchObject({
      id: 'NaN',
      inputs: [{ data: new Float32Array([NaN, Infinity, -Infinity, Infinity]) }],
    });
    expect(() => decode(body)).toThrow(/^invalid_json/);
  });
});

describe('binary data', () => {
  test('an unaligned start gives the same values as an aligned one', () => {
    const values = new Float64Array([1.5, -2.5, 1e300]);
    for (let padding = 0; padding < 8; padding++) {
      const json = {
        id: 'i'.repeat(padding + 1),
        inputs: [{ name: 'x', datatype: 'FP64', shape: [3], parameters: { binary_data_size: 24 } }],
      };
      expect(withBytes(json, Buffer.from(values.buffer))).toMatchObject({ ok: true, value: { inputs: [{ data: values }] } });
    }
  });

  test('large tensors give the same values aligned and not', () => {
    const values = new Int32Array(2_000).map((_, i) => i * 1_000_003);
    for (let padding = 0; padding < 4; padding++) {
      const json = {
        id: 'i'.repeat(padding + 1),
        inputs: [{ name: 'x', datatype: 'INT32', shape: [2_000], parameters: { binary_data_size: 8_000 } }],
      };
      expect(withBytes(json, Buffer.from(values.buffer))).toMatchObject({ ok: true, value: { inputs: [{ data: values }] } });
    }
  });

  test('tensors in JSON and in bytes may stand side by side; bytes come in the order of the tensors', () => {
    const json = {
      inputs: [
        { name: 'a', datatype: 'UINT8', shape: [2], parameters: { binary_data_size: 2 } },
        { name: 'b', datatype: 'FP32', shape: [1], data: [0.5] },
        { name: 'c', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: 11 } },
      ],
    };
    const result = withBytes(json, Buffer.from([7, 8, 0, 0, 0, 0, 3, 0, 0, 0, 0xe2, 0x82, 0xac]));
    expect(result).toMatchObject({
      ok: true,
      value: { inputs: [{ data: new Uint8Array([7, 8]) }, { data: new Float32Array([0.5]) }, { data: ['', '€'] }] },
    });
  });

  test('small tensors do not share values with the body or with each other', () => {
    const json = { inputs: [{ name: 'x', datatype: 'UINT8', shape: [4], parameters: { binary_data_size: 4 } }] };
    const body = Buffer.concat([Buffer.from(JSON.stringify(json)), Buffer.from([1, 2, 3, 4])]);
    const decoded = [0, 1].map(() => decodeInferRequest(body, { headerLength: body.length - 4 }));
    body.fill(0);
    for (const result of decoded) expect(result).toMatchObject({ ok: true, value: { inputs: [{ data: new Uint8Array([1, 2, 3, 4]) }] } });
  });
});

describe('responses of other servers', () => {
  test('fields of their own are left aside; what they do not say is undefined', () => {
    const body = { model_name: 'm', outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [0.5], extra: 1 }], timing: { ms: 3 } };
    expect(decodeInferResponse(Buffer.from(JSON.stringify(body)), { headerLength: undefined })).toEqual({
      ok: true,
      value: {
        id: undefined,
        modelName: 'm',
        modelVersion: undefined,
        outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: new Float32Array([0.5]) }],
      },
    });
  });

  test("Triton's NaN and infinities", () => {
    const body =
      '{"model_name":"m","model_version":"1","id":"a","outputs":[{"name":"y","datatype":"FP64","shape":[3],"data":[NaN,Infinity,-Infinity]}]}';
    expect(decodeInferResponse(Buffer.from(body), { headerLength: undefined })).toMatchObject({
      ok: true,
      value: { id: 'a', modelVersion: '1', outputs: [{ data: new Float64Array([NaN, Infinity, -Infinity]) }] },
    });
  });

  test.each([
    ['an error', '{"error":"no model"}', 'missing_field'],
    ['HTML', '<html>', 'invalid_json'],
    ['values that are none of the datatype', '{"outputs":[{"name":"y","datatype":"INT8","shape":[1],"data":[1.5]}]}', 'invalid_value'],
    ['one name twice', `{"outputs":[${'{"name":"y","datatype":"INT8","shape":[1],"data":[1]},'.repeat(2).slice(0, -1)}]}`, 'invalid_form'],
  ])('%s is refused', (_, body, code) => {
    expect(decodeInferResponse(Buffer.from(body), { headerLength: undefined })).toMatchObject({ ok: false, error: { code } });
  });
});
