// Longer than other files because it is one table: the decoder's tests run it, and the tests of the HTTP route run it again from outside.
import type { ErrorCode } from '../../errors.js';

/** A body that no inference route takes, and the code it is refused with. */
export interface MalformedRequest {
  readonly name: string;
  readonly body: Buffer;
  readonly headerLength?: number;
  readonly code: ErrorCode;
}

/** A request of one tensor; `fields` replace its own, and those of undefined are left out. */
function tensor(fields: object): string {
  return JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [2], data: [1, 2], ...fields }] });
}

function request(fields: object): string {
  return JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [2], data: [1, 2] }], ...fields });
}

/** A request of one value, written as JSON text, so that it may be a number no double holds. */
function value(datatype: string, text: string): string {
  return `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[1],"data":[${text}]}]}`;
}

function cases(code: ErrorCode, bodies: Readonly<Record<string, string | Buffer>>): MalformedRequest[] {
  return Object.entries(bodies).map(([name, body]) => ({ name, body: Buffer.from(body), code }));
}

interface BinaryTensor {
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly size: unknown;
  readonly data?: unknown;
}

/** A request with binary tensors and the bytes after its JSON part; `shift` moves the length it claims for that part. */
function binary(name: string, code: ErrorCode, tensors: readonly BinaryTensor[], bytes: readonly number[], shift = 0): MalformedRequest {
  const inputs = tensors.map(({ size, ...rest }, i) => ({ name: `x${i}`, ...rest, parameters: { binary_data_size: size } }));
  const json = Buffer.from(JSON.stringify({ inputs }));
  return { name, code, body: Buffer.concat([json, Buffer.from(bytes)]), headerLength: json.length + shift };
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const manyNames = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `o${i}` }));

const TEXT: readonly MalformedRequest[] = [
  ...cases('invalid_utf8', {
    'a byte that starts no character': Buffer.from([0x7b, 0xff, 0x7d]),
    'a character cut off': Buffer.from([0x22, 0xc3]),
    'an overlong slash': Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
    'a surrogate in UTF-8': Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    'a code point beyond Unicode': Buffer.from([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]),
    'Latin-1': Buffer.from('{"id":"é"}', 'latin1'),
    'UTF-16 with its mark': Buffer.from('\ufeff{}', 'utf16le'),
  }),
  ...cases('too_deep', {
    'arrays 33 deep': nested(33),
    'arrays 100,000 deep': nested(100_000),
    'arrays opened and never closed': '['.repeat(5_000),
    'objects 40 deep': '{"a":'.repeat(40) + '1' + '}'.repeat(40),
    'parameters 40 deep': `{"parameters":{"a":${nested(40)}},"inputs":[]}`,
    'data 40 deep': `{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":${nested(40)}}]}`,
    'deep behind a string of brackets': `{"id":"]]]]\\"]]]]","inputs":${nested(33)}}`,
  }),
  ...cases('invalid_json', {
    nothing: '',
    'white space': ' \n\t',
    'a byte order mark': '\ufeff{"inputs":[]}',
    'UTF-16 without a mark': Buffer.from('{}', 'utf16le'),
    'a request cut off': tensor({}).slice(0, -1),
    'two requests': tensor({}) + tensor({}),
    'a comma too many': '{"inputs":[],}',
    'single quotes': "{'inputs':[]}",
    'a comment': '{"inputs":[]/* none */}',
    'a name without quotes': '{inputs:[]}',
    NaN: value('FP32', 'NaN'),
    Infinity: value('FP32', 'Infinity'),
    '-Infinity': value('FP64', '-Infinity'),
    'a hexadecimal number': value('INT32', '0x10'),
    'a number with a leading zero': value('INT32', '01'),
    'a number with a leading plus': value('INT32', '+1'),
    'a number that ends in a point': value('FP32', '1.'),
    'a number that starts with a point': value('FP32', '.5'),
    'an exponent without digits': value('FP32', '1e'),
    'a control character in a string': '{"id":"a\u0001b","inputs":[]}',
    'a half escape': '{"id":"\\u12","inputs":[]}',
    Python: "{'inputs': None}",
    XML: '<inputs/>',
    'a form': 'inputs=1&id=2',
    'zero bytes': Buffer.alloc(16),
  }),
];

const FORM: readonly MalformedRequest[] = [
  ...cases('invalid_form', {
    null: 'null',
    'a number': '1',
    text: '"inputs"',
    'an array': '[]',
    true: 'true',
    'id a number': request({ id: 7 }),
    'id an object': request({ id: {} }),
    'id of 257 characters': request({ id: 'a'.repeat(257) }),
    'parameters an array': request({ parameters: [] }),
    'parameters text': request({ parameters: 'binary' }),
    'binary_data_output a number': request({ parameters: { binary_data_output: 1 } }),
    'binary_data_output text': request({ parameters: { binary_data_output: 'true' } }),
    'inputs an object': '{"inputs":{}}',
    'inputs null': '{"inputs":null}',
    'inputs text': '{"inputs":"x"}',
    'an input null': '{"inputs":[null]}',
    'an input an array': '{"inputs":[[]]}',
    'an input a number': '{"inputs":[1]}',
    'name a number': tensor({ name: 1 }),
    'name null': tensor({ name: null }),
    'name empty': tensor({ name: '' }),
    'name of 257 characters': tensor({ name: 'n'.repeat(257) }),
    'name a lone surrogate': '{"inputs":[{"name":"\\ud800","datatype":"FP32","shape":[1],"data":[1]}]}',
    'datatype unknown': tensor({ datatype: 'FP8' }),
    'datatype BF16': tensor({ datatype: 'BF16' }),
    'datatype in lower case': tensor({ datatype: 'fp32' }),
    'datatype of the prototype': tensor({ datatype: 'constructor' }),
    'datatype __proto__': tensor({ datatype: '__proto__' }),
    'datatype a number': tensor({ datatype: 32 }),
    'datatype null': tensor({ datatype: null }),
    'shape a number': tensor({ shape: 2 }),
    'shape null': tensor({ shape: null }),
    'shape an object': tensor({ shape: { length: 1 } }),
    'a dimension negative': tensor({ shape: [-1] }),
    'a dimension with a fraction': tensor({ shape: [1.5] }),
    'a dimension text': tensor({ shape: ['2'] }),
    'a dimension null': tensor({ shape: [null] }),
    'a dimension an array': tensor({ shape: [[2]] }),
    'a dimension true': tensor({ shape: [true] }),
    'two negative dimensions': tensor({ shape: [-1, -2] }),
    'parameters of an input text': tensor({ parameters: 'x' }),
    'data an object': tensor({ data: {} }),
    'data a number': tensor({ shape: [], data: 1 }),
    'data text': tensor({ data: '12' }),
    'data base64': tensor({ data: 'AACAPwAAAEA=' }),
    'outputs an object': request({ outputs: {} }),
    'outputs text': request({ outputs: 'y' }),
    'an output text': request({ outputs: ['y'] }),
    'an output null': request({ outputs: [null] }),
    'name of an output a number': request({ outputs: [{ name: 1 }] }),
    'name of an output empty': request({ outputs: [{ name: '' }] }),
    'an output named twice': request({ outputs: [{ name: 'y' }, { name: 'y' }] }),
    'parameters of an output an array': request({ outputs: [{ name: 'y', parameters: [] }] }),
    'binary_data text': request({ outputs: [{ name: 'y', parameters: { binary_data: 'yes' } }] }),
    'data and binary_data_size': tensor({ parameters: { binary_data_size: 8 } }),
  }),
  ...cases('unknown_field', {
    'a field of the body': request({ instances: [] }),
    'a field of the body in upper case': request({ Inputs: [] }),
    constructor: request({ constructor: {} }),
    '__proto__ in the body': `{"__proto__":{"id":"x"},"inputs":[]}`,
    '__proto__ in an input': '{"inputs":[{"__proto__":{"data":[1]},"name":"x","datatype":"FP32","shape":[1]}]}',
    'toString in an input': tensor({ toString: 1 }),
    'a field of an input': tensor({ dtype: 'FP32' }),
    'a field of an output': request({ outputs: [{ name: 'y', shape: [1] }] }),
    'a field of 10,000 characters': request({ ['f'.repeat(10_000)]: 1 }),
    'a field of control characters': request({ '\r\nSet-Cookie: a=b\u0000': 1 }),
  }),
  ...cases('missing_field', {
    'an empty object': '{}',
    'no inputs': '{"id":"1"}',
    'no name': tensor({ name: undefined }),
    'no datatype': tensor({ datatype: undefined }),
    'no shape': tensor({ shape: undefined }),
    'no data': tensor({ data: undefined }),
    'data null': tensor({ data: null }),
    'data in shared memory': tensor({ data: undefined, parameters: { shared_memory_region: 'r', shared_memory_byte_size: 8 } }),
    'binary_data_size by the prototype':
      '{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"__proto__":{"binary_data_size":4}}}]}',
    'an output without a name': request({ outputs: [{}] }),
  }),
  ...cases('missing_input', { 'inputs empty': '{"inputs":[]}' }),
  ...cases('duplicate_input', {
    'one name twice': JSON.stringify({ inputs: [0, 1].map(() => ({ name: 'x', datatype: 'FP32', shape: [1], data: [1] })) }),
  }),
  ...cases('invalid_value', {
    'id with a line break': request({ id: 'a\nb' }),
    'id with a zero character': request({ id: 'a\u0000b' }),
    'id a lone surrogate': '{"id":"\\ud800","inputs":[]}',
  }),
];

const SHAPES: readonly MalformedRequest[] = [
  ...cases('too_many_elements', {
    'a dimension of 2^53': tensor({ shape: [2 ** 53] }),
    'a dimension of 1e300': value('FP32', '1').replace('[1]', '[1e300]'),
    'a dimension beyond 64 bits': value('FP32', '1').replace('[1]', '[18446744073709551616]'),
    'dimensions whose product passes 2^64': tensor({ shape: [2 ** 24, 2 ** 24, 2 ** 24] }),
    'dimensions whose product is 0 modulo 2^64': tensor({ shape: [2 ** 22, 2 ** 21, 2 ** 21] }),
    'a huge dimension beside a 0': tensor({ shape: [0, 2 ** 53 - 1], data: [] }),
    'more elements than allowed': tensor({ shape: [16_777_217] }),
    '25 dimensions': tensor({ shape: new Array<number>(25).fill(1) }),
    '1,025 inputs': JSON.stringify({ inputs: manyNames(1_025) }),
    '1,025 outputs': request({ outputs: manyNames(1_025) }),
  }),
  ...cases('shape_mismatch', {
    'fewer values': tensor({ shape: [3] }),
    'more values': tensor({ shape: [1] }),
    'no value': tensor({ data: [] }),
    'a value for no element': tensor({ shape: [0] }),
    'two values for a scalar': tensor({ shape: [] }),
    'a scalar nested': tensor({ shape: [], data: [[1]] }),
    'a row too long': tensor({
      shape: [2, 2],
      data: [
        [1, 2],
        [3, 4, 5],
      ],
    }),
    'a row too short': tensor({ shape: [2, 2], data: [[1, 2], [3]] }),
    'a row missing': tensor({ shape: [2, 2], data: [[1, 2]] }),
    'rows and columns exchanged': tensor({
      shape: [2, 3],
      data: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    }),
    'flat after nested': tensor({ shape: [2, 2], data: [[1, 2], 3, 4] }),
    'nested by half': tensor({
      shape: [2, 1, 2],
      data: [
        [1, 2],
        [3, 4],
      ],
    }),
    'a row null': tensor({ shape: [2, 2], data: [[1, 2], null] }),
    'a row text': tensor({ shape: [2, 2], data: [[1, 2], 'ab'] }),
  }),
];

const VALUES: readonly MalformedRequest[] = [
  ...cases('value_out_of_range', {
    'UINT8 256': value('UINT8', '256'),
    'UINT8 -1': value('UINT8', '-1'),
    'UINT16 65536': value('UINT16', '65536'),
    'UINT32 2^32': value('UINT32', '4294967296'),
    'UINT32 -1': value('UINT32', '-1'),
    'UINT64 -1': value('UINT64', '-1'),
    'UINT64 2^64': value('UINT64', '18446744073709551616'),
    'UINT64 1e300': value('UINT64', '1e300'),
    'INT8 128': value('INT8', '128'),
    'INT8 -129': value('INT8', '-129'),
    'INT16 32768': value('INT16', '32768'),
    'INT32 2^31': value('INT32', '2147483648'),
    'INT32 3e9': value('INT32', '3e9'),
    'INT64 2^63': value('INT64', '9223372036854775808'),
    'INT64 -2^63 - 1': value('INT64', '-9223372036854775809'),
    'INT64 of 40 digits': value('INT64', '9'.repeat(40)),
    'FP16 65520': value('FP16', '65520'),
    'FP32 1e39': value('FP32', '1e39'),
    'FP32 -1e39': value('FP32', '-1e39'),
    'FP32 just too great': value('FP32', '3.4028235677973366e38'),
    'FP64 1e999': value('FP64', '1e999'),
    'FP64 -1e999': value('FP64', '-1e999'),
  }),
  ...cases('invalid_value', {
    'INT32 1.5': value('INT32', '1.5'),
    'INT64 0.1': value('INT64', '0.1'),
    'INT64 beyond 2^53 with an exponent': value('INT64', '1e18'),
    'INT64 beyond 2^53 with a fraction': value('INT64', '9007199254740993.0'),
    'UINT8 null': value('UINT8', 'null'),
    'INT64 null': value('INT64', 'null'),
    'INT32 text': value('INT32', '"7"'),
    'INT32 empty text': value('INT32', '""'),
    'INT64 text': value('INT64', '"7"'),
    'INT64 text after a long integer': value('INT64', '9007199254740993').replace('[1]', '[2]').replace('993]', '993,"9007199254740995"]'),
    'FP32 text': value('FP32', '"1.5"'),
    'FP32 NaN as text': value('FP32', '"NaN"'),
    'FP16 text': value('FP16', '"1"'),
    'FP32 true': value('FP32', 'true'),
    'FP32 an object': value('FP32', '{}'),
    'FP64 an array': value('FP64', '[1]'),
    'FP32 an object with valueOf': value('FP32', '{"valueOf":1}'),
    'INT32 false': value('INT32', 'false'),
    'BOOL 1': value('BOOL', '1'),
    'BOOL 0': value('BOOL', '0'),
    'BOOL text': value('BOOL', '"true"'),
    'BOOL null': value('BOOL', 'null'),
    'BYTES a number': value('BYTES', '1'),
    'BYTES null': value('BYTES', 'null'),
    'BYTES numbers of bytes': value('BYTES', '[104,105]'),
    'BYTES a lone surrogate': value('BYTES', '"\\udc00"'),
    'a bad value in the last place': tensor({
      shape: [2, 2],
      data: [
        [1, 2],
        [3, '4'],
      ],
    }),
  }),
];

const fp32 = (size: unknown, shape: readonly number[] = [2]): BinaryTensor => ({ datatype: 'FP32', shape, size });
const bytes = (size: number, shape: readonly number[] = [1]): BinaryTensor => ({ datatype: 'BYTES', shape, size });
const zeros = (count: number) => new Array<number>(count).fill(0);

const BINARY: readonly MalformedRequest[] = [
  ...cases('bad_binary_size', { 'binary data without a header': tensor({ data: undefined, parameters: { binary_data_size: 8 } }) }),
  binary('fewer bytes than said', 'bad_binary_size', [fp32(8)], zeros(7)),
  binary('no bytes', 'bad_binary_size', [fp32(8)], []),
  binary('more bytes than said', 'bad_binary_size', [fp32(8)], zeros(9)),
  binary('a size that is not its shape', 'bad_binary_size', [fp32(4)], zeros(4)),
  binary('a size that is no multiple of an element', 'bad_binary_size', [fp32(7)], zeros(7)),
  binary('a size of 2^53', 'bad_binary_size', [fp32(2 ** 53)], zeros(8)),
  binary('a size beyond 64 bits', 'bad_binary_size', [fp32(1e30)], zeros(8)),
  binary('a size negative', 'bad_binary_size', [fp32(-8)], zeros(8)),
  binary('a size with a fraction', 'bad_binary_size', [fp32(7.5)], zeros(8)),
  binary('a size text', 'bad_binary_size', [fp32('8')], zeros(8)),
  binary('a size true', 'bad_binary_size', [fp32(true)], zeros(8)),
  binary('a second tensor without bytes', 'bad_binary_size', [fp32(8), fp32(8)], zeros(8)),
  binary('sizes that overlap', 'bad_binary_size', [fp32(8), fp32(8)], zeros(12)),
  binary('bytes for an empty tensor', 'bad_binary_size', [fp32(4, [0])], zeros(4)),
  binary('a BOOL byte of 2', 'invalid_value', [{ datatype: 'BOOL', shape: [2], size: 2 }], [1, 2]),
  binary('BYTES without a length', 'bad_binary_size', [bytes(0)], []),
  binary('BYTES with half a length', 'bad_binary_size', [bytes(2)], [1, 0]),
  binary('BYTES shorter than their length', 'bad_binary_size', [bytes(5)], [2, 0, 0, 0, 97]),
  binary('BYTES longer than their length', 'bad_binary_size', [bytes(6)], [1, 0, 0, 0, 97, 98]),
  binary('BYTES of 4 GiB', 'bad_binary_size', [bytes(4)], [255, 255, 255, 255]),
  binary('BYTES fewer than their shape', 'bad_binary_size', [bytes(5, [2])], [1, 0, 0, 0, 97]),
  binary('BYTES of a shape that no body holds', 'bad_binary_size', [bytes(4, [16_000_000])], zeros(4)),
  binary('BYTES that are not UTF-8', 'invalid_utf8', [bytes(5)], [1, 0, 0, 0, 255]),
  binary('BYTES with a character cut in two', 'invalid_utf8', [bytes(10, [2])], [1, 0, 0, 0, 0xc3, 1, 0, 0, 0, 0xa9]),
  binary('both data and bytes', 'invalid_form', [{ ...fp32(8), data: [1, 2] }], zeros(8)),
  binary('a JSON part one byte short', 'invalid_json', [fp32(8)], zeros(8), -1),
  binary('a JSON part one byte long', 'invalid_json', [fp32(8)], zeros(8), 1),
  binary('binary data and a huge shape', 'too_many_elements', [fp32(8, [2 ** 53])], zeros(8)),
  {
    name: 'bytes after a request that has none',
    body: Buffer.from(`${tensor({})}abcd`),
    headerLength: tensor({}).length,
    code: 'bad_binary_size',
  },
];

/** Bodies of inference requests that must be refused, each with its code. Valid HTTP carries all of them. */
export const MALFORMED_REQUESTS: readonly MalformedRequest[] = [...TEXT, ...FORM, ...SHAPES, ...VALUES, ...BINARY];
