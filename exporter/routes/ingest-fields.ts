import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { ERRORS, fail, quoteInput, sendError, succeed, type RequestError, type Result } from '../errors.js';
import type { ServerResponse } from 'node:http';
import { nearestWord } from '../nearest-word.js';
import type { IngestDeps } from './ingest-model.js';

const ajv = new Ajv({ strict: true, allowUnionTypes: true, ownProperties: true, strictNumbers: true, verbose: true });
ajv.addFormat('date-time', formats.default.get('date-time'));

/** Text that names something of the caller's: no control characters, so that it can stand in a log line. */
export const idSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 256,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'a text of 1 to 256 characters, none of them a control character',
} as const;
/** RFC 3339, or seconds since the epoch up to the year 9999. */
export const timeSchema = {
  anyOf: [
    { type: 'number', minimum: 0, maximum: 253_402_300_799 },
    { type: 'string', maxLength: 64, format: 'date-time' },
  ],
  description: 'a time: RFC 3339, or seconds since the epoch up to the year 9999',
} as const;

/** Compiles a schema into a check that gives the first fault as an error of the table. */
export function compileCheck<Form>(schema: object): (value: unknown) => Result<Form> {
  const validate = ajv.compile(schema) as ValidateFunction<Form>;
  return (value) => (validate(value) ? succeed(value) : { ok: false, error: explain(validate.errors!) });
}

/** The first fault; where a field has the type of none of its alternatives, that of the field, not that of its first alternative. */
function explain(errors: readonly ErrorObject[]): RequestError {
  const [first] = errors;
  const error = first!.keyword === 'type' ? (errors.find(({ keyword }) => keyword === 'anyOf') ?? first!) : first!;
  const { keyword, params, instancePath, message, parentSchema } = error;
  const subject = instancePath === '' ? 'what was sent' : `the field ${fieldOf(instancePath)}`;
  const must = (wanted: string) => `${subject} must be ${wanted}`;
  const { description, properties } = (parentSchema ?? {}) as { readonly description?: string; readonly properties?: object };
  switch (keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const similar = nearestWord(name, Object.keys(properties ?? {}));
      const meant = similar === undefined ? '' : `; did you mean ${quoteInput(similar)}?`;
      return { code: 'unknown_field', message: `${fieldOf(instancePath, name)} is an unknown field${meant}` };
    }
    case 'required':
      return { code: 'missing_field', message: `the field ${fieldOf(instancePath, String(params['missingProperty']))} is missing` };
    case 'minimum':
      return { code: 'value_out_of_range', message: must(`at least ${String(params['limit'])}`) };
    case 'maximum':
      return { code: 'value_out_of_range', message: must(`at most ${String(params['limit'])}`) };
    case 'enum':
      return { code: 'invalid_form', message: must(`one of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`) };
    case 'type':
      return { code: 'invalid_form', message: must(description ?? typeWords(params['type'] as string | readonly string[])) };
    default:
      return {
        code: 'invalid_form',
        message: description === undefined ? `${subject} ${message ?? 'has another form than expected'}` : must(description),
      };
  }
}

/** A field as one writes it: the steps of a JSON pointer, and one more, with dots between. */
function fieldOf(pointer: string, name?: string): string {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return quoteInput([...steps, ...(name === undefined ? [] : [name])].join('.'));
}

/** JSON's types in words. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
};

function typeWords(type: string | readonly string[]): string {
  const words = (typeof type === 'string' ? [type] : type).map((name) => TYPE_WORDS[name] ?? name);
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')}, or ${words.at(-1)!}`;
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
