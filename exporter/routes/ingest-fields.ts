import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { ERRORS, fail, quoteInput, sendError, succeed, type RequestError, type Result } from '../errors.js';
import type { ServerResponse } from 'node:http';
import type { IngestDeps } from './ingest-model.js';

const ajv = new Ajv({ strict: true, allowUnionTypes: true, ownProperties: true, strictNumbers: true });
ajv.addFormat('date-time', formats.default.get('date-time'));

/** Text that names something of the caller's: no control characters, so that it can stand in a log line. */
export const idSchema = { type: 'string', minLength: 1, maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f]*$' } as const;
/** RFC 3339, or seconds since the epoch up to the year 9999. */
export const timeSchema = {
  anyOf: [
    { type: 'number', minimum: 0, maximum: 253_402_300_799 },
    { type: 'string', maxLength: 64, format: 'date-time' },
  ],
} as const;

/** Compiles a schema into a check that gives the first fault as an error of the table. */
export function compileCheck<Form>(schema: object): (value: unknown) => Result<Form> {
  const validate = ajv.compile(schema) as ValidateFunction<Form>;
  return (value) => (validate(value) ? succeed(value) : { ok: false, error: explain(validate.errors![0]!) });
}

function explain({ keyword, params, instancePath, message }: ErrorObject): RequestError {
  const where = instancePath === '' ? '' : `${instancePath.slice(0, 64)} `;
  switch (keyword) {
    case 'additionalProperties':
      return { code: 'unknown_field', message: `${where}has an unknown field ${quoteInput(String(params['additionalProperty']))}` };
    case 'required':
      return { code: 'missing_field', message: `${where}lacks the field ${quoteInput(String(params['missingProperty']))}` };
    case 'minimum':
    case 'maximum':
      return { code: 'value_out_of_range', message: `${where}${message ?? 'is out of range'}` };
    case 'enum':
      return { code: 'invalid_form', message: `${where}is none of ${(params['allowedValues'] as readonly unknown[]).join(', ')}` };
    default:
      return { code: 'invalid_form', message: `${where}${message ?? 'has another form than expected'}` };
  }
}

/** Seconds since the epoch of a time that its schema accepts; undefined is the moment of arrival. */
export function readTime(time: number | string | undefined, nowSeconds: number): Result<number> {
  if (time === undefined) return succeed(nowSeconds);
  if (typeof time === 'number') return succeed(time);
  const seconds = Date.parse(time) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? succeed(seconds) : fail('invalid_value', 'time is no moment from 1970 on');
}

/** Lone surrogates would become the same replacement character on disk, and two ids one. */
export function checkId(id: string): Result<string> {
  return id.isWellFormed() ? succeed(id) : fail('invalid_value', 'id is not well-formed text');
}

/** Answers with an error, and counts it where it is the caller's. */
export function refuse(response: ServerResponse, deps: Pick<IngestDeps, 'onRefused'>, { code, message }: RequestError, model = ''): void {
  if (ERRORS[code] < 500) deps.onRefused(model, code);
  sendError(response, code, message);
}

/** Prefixes a fault with the event it was found in, where there are several. */
export function ofEvent(error: RequestError, index: number, count: number): RequestError {
  return count === 1 ? error : { code: error.code, message: `event ${index}: ${error.message}` };
}
