import { describe, expect, test } from '@jest/globals';
import { ERRORS } from '../../errors.js';
import { decodeInferRequest, parseHeaderLength } from './index.js';
import { MALFORMED_REQUESTS } from './malformed.js';

describe('malformed requests', () => {
  test('the table has at least 120 cases, each with a name of its own and an error of the caller', () => {
    expect(MALFORMED_REQUESTS.length).toBeGreaterThanOrEqual(120);
    expect(new Set(MALFORMED_REQUESTS.map(({ name }) => name)).size).toBe(MALFORMED_REQUESTS.length);
    for (const { code } of MALFORMED_REQUESTS) expect(ERRORS[code]).toBe(400);
  });

  test.each(MALFORMED_REQUESTS)('$code: $name', ({ body, headerLength, code }) => {
    const result = decodeInferRequest(body, { headerLength });
    expect(result).toMatchObject({ ok: false, error: { code } });
    if (result.ok) return;
    expect(result.error.message.length).toBeLessThanOrEqual(200);
    expect(result.error.message).not.toMatch(/[\u0000-\u001f\u007f]/);
  });

  test('messages show at most 64 characters of a request', () => {
    const field = 'field-'.repeat(100);
    const result = decodeInferRequest(Buffer.from(JSON.stringify({ [field]: 1, inputs: [] })), { headerLength: undefined });
    expect(result).toMatchObject({ ok: false, error: { code: 'unknown_field' } });
    if (result.ok) return;
    expect(result.error.message).toContain(field.slice(0, 63));
    expect(result.error.message).not.toContain(field.slice(0, 64));
  });

  test('a field of quotes and backslashes keeps to 200 characters', () => {
    const result = decodeInferRequest(Buffer.from(JSON.stringify({ ['"\\'.repeat(100)]: 1 })), { headerLength: undefined });
    expect(result.ok ? Infinity : result.error.message.length).toBeLessThanOrEqual(200);
  });

  test('values never stand in a message', () => {
    const body = '{"inputs":[{"name":"x","datatype":"INT32","shape":[2],"data":[1,"secret"]}]}';
    const result = decodeInferRequest(Buffer.from(body), { headerLength: undefined });
    expect(result).toEqual({ ok: false, error: { code: 'invalid_value', message: 'inputs[0].data[1] must be an integer' } });
  });
});

describe('Inference-Header-Content-Length', () => {
  test.each(['', ' 10', '10 ', '-1', '+1', '0', '1.0', '1e1', '0x10', '10, 10', 'ten', '99999999999999999999', '１０', '101'])(
    'refuses %j',
    (header) => {
      expect(parseHeaderLength(header, 100)).toMatchObject({ ok: false, error: { code: 'bad_binary_size' } });
    },
  );

  test('is undefined where the header is missing, and its number up to the length of the body', () => {
    expect(parseHeaderLength(undefined, 100)).toEqual({ ok: true, value: undefined });
    expect(parseHeaderLength('1', 100)).toEqual({ ok: true, value: 1 });
    expect(parseHeaderLength('100', 100)).toEqual({ ok: true, value: 100 });
  });
});
