import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRequestDecoder, decodeAny } from './decode-request.js';
import { MALFORMED_REQUESTS } from './malformed.js';
import { readPlainRequest } from './plain-request.js';

const whole = (body: Buffer) => decodeAny(body, { headerLength: undefined });

/** What the plain reader says of a body, which must be what the whole decoder says. True where it said something. */
function agrees(body: Buffer): boolean {
  const plain = readPlainRequest(body);
  if (plain === undefined) return false;
  // Jest tells -0 from 0 and NaN from both, in typed arrays too.
  expect({ ok: true, value: plain }).toStrictEqual(whole(body));
  return true;
}

const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');
const decimal = fc.oneof(
  fc.tuple(fc.constantFrom('', '-'), fc.nat(99_999_999), fc.nat({ max: 9_999_999 })).map(([sign, a, b]) => `${sign}${a}.${b}`),
  fc.tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 999_999_999_999_999n })).map(([sign, digits]) => `${sign}${digits}`),
  fc.bigInt({ min: 1n, max: 999_999_999_999_999n }).map((digits) => `0.${String(digits).padStart(14, '0').slice(0, 14)}`),
  fc.constantFrom('0', '-0', '0.0', '-0.0', '0.1', '999999999999999', '0.00000000000001', '-2147483648', '2147483647'),
);
/** Tokens that a plain number is not, some of them no JSON. */
const other = fc.constantFrom(
  '01',
  '-',
  '.5',
  '1.',
  '1e5',
  '1E-3',
  '+1',
  '1.5e300',
  '00',
  '--1',
  'null',
  '"1"',
  'NaN',
  '1234567890.123456',
  '[1]',
  '',
);

interface Parts {
  readonly datatype: string;
  readonly values: readonly string[];
  readonly pads: readonly string[];
  readonly id: string | undefined;
}

function textOf({ datatype, values, pads, id }: Parts): string {
  const join = (items: readonly string[]) => items.join(`${pads[0]!},${pads[1]!}`);
  const tensor = join(['"name":"x"', `"datatype"${pads[2]!}:"${datatype}"`, `"shape":[1,${values.length}]`, `"data":[${join(values)}]`]);
  const inputs = `"inputs"${pads[2]!}:${pads[3]!}[${pads[4]!}{${pads[0]!}${tensor}}${pads[1]!}]`;
  return `${pads[4]!}{${join(id === undefined ? [inputs] : [`"id":"${id}"`, inputs])}}${pads[3]!}`;
}

const parts = (value: fc.Arbitrary<string>) =>
  fc.record({
    datatype: fc.constantFrom('FP32', 'FP64', 'INT32', 'INT64', 'INT16', 'BOOL'),
    values: fc.array(value, { minLength: 1, maxLength: 8 }),
    pads: fc.array(space, { minLength: 5, maxLength: 5 }),
    id: fc.option(fc.stringMatching(/^[a-zA-Z0-9 _.-]{0,20}$/), { nil: undefined }),
  });

describe('the reader of plain requests', () => {
  test('reads plain requests, as the whole decoder does, to the last bit', () => {
    const plain = parts(decimal).filter(({ datatype, id }) => datatype.startsWith('FP') && id !== '');
    fc.assert(
      fc.property(plain, (of) => {
        expect(agrees(Buffer.from(textOf(of)))).toBe(true);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test('reads whole numbers of integer datatypes', () => {
    const data = ['0', '-0', '7', '-2147483648', '2147483647'];
    for (const datatype of ['INT32', 'INT64']) {
      expect(agrees(Buffer.from(textOf({ datatype, values: data, pads: ['', '', '', '', ''], id: 'a' })))).toBe(true);
    }
    const great = { values: ['-999999999999999', '999999999999999'], pads: ['', '', '', '', ''], id: undefined };
    expect(agrees(Buffer.from(textOf({ ...great, datatype: 'INT64' })))).toBe(true);
    expect(agrees(Buffer.from(textOf({ ...great, datatype: 'INT32' })))).toBe(false);
  });

  test('never says otherwise than the whole decoder, whatever the numbers are', () => {
    fc.assert(
      fc.property(parts(fc.oneof(decimal, other)), (of) => void agrees(Buffer.from(textOf(of)))),
      { seed: 2, numRuns: 2000 },
    );
  });

  test('nor where bytes of a plain request are changed, left out or doubled', () => {
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('"{}[],:0123456789.-eE\\ \n\u007f\u0000')), fc.nat(255));
    const change = fc.tuple(fc.constantFrom('set', 'cut', 'insert'), fc.nat(), byte);
    let read = 0;
    fc.assert(
      fc.property(parts(decimal), fc.array(change, { minLength: 1, maxLength: 3 }), (of, changes) => {
        const bytes = [...Buffer.from(textOf(of))];
        for (const [kind, at, value] of changes)
          bytes.splice(at % bytes.length, kind === 'insert' ? 0 : 1, ...(kind === 'cut' ? [] : [value]));
        if (agrees(Buffer.from(bytes))) read++;
      }),
      { seed: 3, numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  test.each([
    ['keys twice', '{"inputs":[{"name":"x","name":"y","datatype":"FP32","shape":[1],"data":[1]}]}'],
    ['data before its shape', '{"inputs":[{"name":"x","datatype":"FP32","data":[1],"shape":[1]}]}'],
    ['nested data', '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[[1]]}]}'],
    ['fewer values than the shape', '{"inputs":[{"name":"x","datatype":"FP32","shape":[3],"data":[1,2]}]}'],
    ['more values than the shape', '{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1,2]}]}'],
    ['a shape that the body could not fill', '{"inputs":[{"name":"x","datatype":"FP64","shape":[1000000,1000000],"data":[1]}]}'],
    ['no values', '{"inputs":[{"name":"x","datatype":"FP32","shape":[0],"data":[]}]}'],
    ['parameters', '{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1],"parameters":{}}]}'],
    ['outputs', '{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}],"outputs":[{"name":"y"}]}'],
    ['two tensors of one name', `{"inputs":[${Array(2).fill('{"name":"x","datatype":"FP32","shape":[1],"data":[1]}').join()}]}`],
    ['an escape', '{"id":"\\u0061","inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}'],
    ['text beyond ASCII', '{"id":"é","inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}'],
    ['an empty id', '{"id":"","inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}'],
    ['a key alone before another', '{"id" "inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}'],
    ['a key alone within a tensor', '{"inputs":[{"datatype""name":"x","datatype":"FP32","shape":[1],"data":[1]}]}'],
    ['a key alone before its datatype', '{"inputs":[{"name""datatype":"FP32","name":"x","shape":[1],"data":[1]}]}'],
    ['something behind the end', '{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}x'],
    ['nothing', ''],
  ])('leaves %s to the whole decoder', (_, text) => {
    expect(readPlainRequest(Buffer.from(text))).toBeUndefined();
  });

  test.each(MALFORMED_REQUESTS.filter(({ headerLength }) => headerLength === undefined))('says nothing of $name', ({ body }) => {
    expect(readPlainRequest(body)).toBeUndefined();
  });

  test('reads several tensors', () => {
    const tensor = (name: string) => `{"shape": [2], "name": "${name}", "datatype": "FP64", "data": [1.5, -2]}`;
    expect(agrees(Buffer.from(`{"inputs": [${tensor('a')}, ${tensor('b')}], "id": "r-1"}`))).toBe(true);
  });
});

test('a decoder tries no plain reading for a while after a body that is not plain, and says the same either way', () => {
  let tried = 0;
  const decode = createRequestDecoder((body) => {
    tried++;
    return readPlainRequest(body);
  });
  const bodyOf = (more: object) =>
    Buffer.from(JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1.5] }], ...more }));
  const [plain, other] = [bodyOf({}), bodyOf({ parameters: { binary_data_output: false } })];
  expect([readPlainRequest(plain) === undefined, readPlainRequest(other) === undefined]).toEqual([false, true]);
  const triedOf = (body: Buffer, times: number) => {
    const before = tried;
    for (let i = 0; i < times; i++) expect(decode(body, { headerLength: undefined })).toStrictEqual(whole(body));
    return tried - before;
  };
  expect(triedOf(plain, 10)).toBe(10);
  expect(triedOf(other, 16)).toBe(1);
  expect(triedOf(plain, 5)).toBe(5);
  // Another decoder knows nothing of it.
  triedOf(other, 1);
  expect(triedOf(plain, 15)).toBe(0);
  expect(createRequestDecoder(() => undefined)(plain, { headerLength: undefined })).toStrictEqual(whole(plain));
});
