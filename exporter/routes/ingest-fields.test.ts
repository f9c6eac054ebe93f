import { expect, it } from '@jest/globals';
import { compileCheck, idSchema, timeSchema } from './ingest-fields.js';

const check = compileCheck<object>({
  type: 'object',
  additionalProperties: false,
  required: ['id', 'value'],
  properties: {
    id: idSchema,
    value: { type: ['number', 'boolean'] },
    time: timeSchema,
    share: { type: 'number', minimum: 0, maximum: 1 },
    kind: { enum: ['a', 'b'] },
    features: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'], maxLength: 3 } },
  },
});

it.each([
  ['no object', [], 'invalid_form', 'what was sent must be an object'],
  ['a missing field', { value: 1 }, 'missing_field', 'the field "id" is missing'],
  ['a misspelt field', { id: 'i', value: 1, feature: {} }, 'unknown_field', '"feature" is an unknown field; did you mean "features"?'],
  ['a field of nothing known', { id: 'i', value: 1, xyz: 1 }, 'unknown_field', '"xyz" is an unknown field'],
  ['another type', { id: 'i', value: '1' }, 'invalid_form', 'the field "value" must be a number, or true or false'],
  [
    'a value within',
    { id: 'i', value: 1, features: { 'a/b': [] } },
    'invalid_form',
    'the field "features.a/b" must be a text, a number, true or false, or null',
  ],
  [
    'a text that is too long',
    { id: 'i', value: 1, features: { a: 'long' } },
    'invalid_form',
    'the field "features.a" must NOT have more than 3 characters',
  ],
  [
    'control characters',
    { id: 'i\u0000', value: 1 },
    'invalid_form',
    'the field "id" must be a text of 1 to 256 characters, none of them a control character',
  ],
  [
    'no time',
    { id: 'i', value: 1, time: 'soon' },
    'invalid_form',
    'the field "time" must be a time: RFC 3339, or seconds since the epoch up to the year 9999',
  ],
  ['a time in milliseconds', { id: 'i', value: 1, time: 1.7e12 }, 'value_out_of_range', 'the field "time" must be at most 253402300799'],
  ['too much', { id: 'i', value: 1, share: 2 }, 'value_out_of_range', 'the field "share" must be at most 1'],
  ['too little', { id: 'i', value: 1, share: -1 }, 'value_out_of_range', 'the field "share" must be at least 0'],
  ['another word', { id: 'i', value: 1, kind: 'c' }, 'invalid_form', 'the field "kind" must be one of a, b'],
])('%s is told in a sentence', (_, value, code, message) => {
  expect(check(value)).toEqual({ ok: false, error: { code, message } });
});

it('a name of the caller is cut and cannot forge a line', () => {
  const name = `\u001b[31m\n${'x'.repeat(200)}`;
  const refused = check({ id: 'i', value: 1, features: { [name]: [] } });
  expect(refused).toMatchObject({ ok: false });
  const { message } = (refused as { readonly error: { readonly message: string } }).error;
  expect(message).toMatch(/^the field "features\.[^\u0000-\u001f]{1,60}…" must be /);
});
