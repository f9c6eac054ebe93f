import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ERRORS, type Result } from '../../errors.js';
import { decodeInferRequest, decodeInferResponse, elementCount, type Tensor } from './index.js';
import { MALFORMED_REQUESTS } from './malformed.js';
import { DATATYPES } from './tensor.js';

const SEED = 20_130_101;
const ELEMENTS_MAX = 1_000;

/** What holds for any bytes: an error of the table with a short message, or tensors that are what they say. */
function checkAny(body: Buffer, headerLength: number | undefined): void {
  for (const acceptNonFinite of [false, true]) {
    const result = decodeInferRequest(body, { headerLength, elementsMax: ELEMENTS_MAX, acceptNonFinite });
    if (!result.ok) checkError(result);
    else checkTensors(result.value.inputs);
  }
  const response = decodeInferResponse(body, { headerLength, elementsMax: ELEMENTS_MAX });
  if (!response.ok) checkError(response);
  else checkTensors(response.value.outputs);
}

/** Plain comparisons: `expect` a hundred thousand times would take a minute. */
function checkError({ error }: Extract<Result<unknown>, { ok: false }>): void {
  const good = ERRORS[error.code] === 400 && error.message.length <= 200 && !/[\u0000-\u001f\u007f]/.test(error.message);
  if (!good) throw new Error(`no error of a request: ${JSON.stringify(error)}`);
}

function checkTensors(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) {
    if (!isWhatItSays(tensor)) throw new Error(`not what it says: ${JSON.stringify(tensor.shape)} ${tensor.datatype}`);
  }
}

function isWhatItSays({ datatype, shape, data }: Tensor): boolean {
  if (data.length !== elementCount(shape)) return false;
  if (datatype === 'BYTES') return Array.isArray(data) && data.every((text) => typeof text === 'string');
  if (!(data instanceof DATATYPES[datatype].array)) return false;
  return datatype !== 'BOOL' || (data as Uint8Array).every((byte) => byte <= 1);
}

const VALID: readonly { readonly body: Buffer; readonly headerLength: number | undefined }[] = [
  ['{"id":"42","inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[[1,2.5],[null,-4e3]]}],"outputs":[{"name":"y"}]}', ''],
  [
    '{"inputs":[{"name":"x","datatype":"INT64","shape":[2],"data":[9007199254740993,-1]},{"name":"é","datatype":"BYTES","shape":[1],"data":["\\u0000"]}]}',
    '',
  ],
  [
    '{"inputs":[{"name":"x","datatype":"UINT16","shape":[2],"parameters":{"binary_data_size":4}},{"name":"z","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":10}}],"parameters":{"binary_data_output":true}}',
    '0102030401000000610100000062',
  ],
  ['{"model_name":"m","id":"1","outputs":[{"name":"x","datatype":"BOOL","shape":[3],"data":[true,false,true]}]}', ''],
].map(([json, hex]) => ({
  body: Buffer.concat([Buffer.from(json!), Buffer.from(hex!, 'hex')]),
  headerLength: hex === '' ? undefined : Buffer.byteLength(json!),
}));

test('the bodies that are mutated below are valid', () => {
  for (const { body, headerLength } of VALID) {
    const results = [decodeInferRequest(body, { headerLength }), decodeInferResponse(body, { headerLength })];
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  }
});

test('arbitrary bytes never throw', () => {
  const lengths = fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 256 }), lengths, (bytes, headerLength) => {
      checkAny(Buffer.from(bytes), headerLength);
    }),
    { seed: SEED, numRuns: 3_000 },
  );
});

interface Mutation {
  readonly at: number;
  readonly kind: 'replace' | 'insert' | 'delete' | 'repeat' | 'cut';
  readonly bytes: Uint8Array;
}

/** Bytes that mean something to JSON or to the protocol, and any others. */
const pieces = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
  fc
    .constantFrom(
      '[',
      ']',
      '{',
      '}',
      '"',
      ',',
      ':',
      '-',
      '0',
      '1e999',
      'null',
      'true',
      'NaN',
      '9007199254740993',
      '"__proto__":',
      '\\u',
      'é',
    )
    .map((text) => Uint8Array.from(Buffer.from(text))),
);
const mutations: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(1_000),
  kind: fc.constantFrom<Mutation['kind']>('replace', 'insert', 'delete', 'repeat', 'cut'),
  bytes: pieces,
});

function mutate(body: Buffer, { at, kind, bytes }: Mutation): Buffer {
  const place = at % (body.length + 1);
  const before = body.subarray(0, place);
  switch (kind) {
    case 'replace':
      return Buffer.concat([before, bytes, body.subarray(place + bytes.length)]);
    case 'insert':
      return Buffer.concat([before, bytes, body.subarray(place)]);
    case 'delete':
      return Buffer.concat([before, body.subarray(place + bytes.length)]);
    case 'repeat':
      return Buffer.concat([before, body.subarray(Math.max(0, place - 8))]);
    case 'cut':
      return before;
  }
}

test('mutated requests and responses never throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...VALID),
      fc.array(mutations, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: -3, max: 3 }),
      (valid, list, shift) => {
        const { headerLength } = valid;
        checkAny(list.reduce(mutate, valid.body), headerLength === undefined ? undefined : headerLength + shift);
      },
    ),
    { seed: SEED, numRuns: 8_000 },
  );
});

const leaves = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, 1e300, '', '1', 'FP32', 'INT64', 'BYTES', 'x', [], {}),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const names = fc.constantFrom(
  'id',
  'name',
  'datatype',
  'shape',
  'data',
  'inputs',
  'outputs',
  'parameters',
  'binary_data_size',
  '__proto__',
  'constructor',
);
const { trees } = fc.letrec<{ trees: unknown }>((tie) => ({
  trees: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaves,
    fc.array(tie('trees'), { maxLength: 3 }),
    fc.array(fc.tuple(names, tie('trees')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

test('JSON of any form under the names of the protocol never throws', () => {
  const bodies = fc.record(
    { id: trees, parameters: trees, inputs: fc.oneof(trees, fc.array(trees)), outputs: trees },
    { requiredKeys: ['inputs'] },
  );
  const requests = fc.record(
    {
      name: fc.oneof(leaves, fc.constant('x')),
      datatype: fc.oneof(fc.constantFrom('FP32', 'INT64', 'BOOL', 'BYTES'), leaves),
      shape: trees,
      data: trees,
      parameters: trees,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        bodies,
        fc.array(requests, { maxLength: 3 }).map((inputs) => ({ inputs })),
      ),
      fc.boolean(),
      (body, binary) => {
        const bytes = Buffer.from(JSON.stringify(body));
        checkAny(bytes, binary ? bytes.length : undefined);
      },
    ),
    { seed: SEED, numRuns: 5_000 },
  );
});

test('malformed requests, mutated, never throw', () => {
  const small = MALFORMED_REQUESTS.filter(({ body }) => body.length < 1_000);
  fc.assert(
    fc.property(fc.constantFrom(...small), mutations, ({ body, headerLength }, mutation) => {
      checkAny(mutate(body, mutation), headerLength);
    }),
    { seed: SEED, numRuns: 3_000 },
  );
});

test('no request reaches the prototype of objects', () => {
  const keys = Object.getOwnPropertyNames(Object.prototype).sort();
  const body = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"inputs":[]}';
  checkAny(Buffer.from(body), undefined);
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(keys);
});
