import { fail, succeed, type RequestError, type Result } from '../../errors.js';
import { NAME_LENGTH_MAX } from './limits.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Which tensor of a message is being read. Made into text only for a message. */
export interface Place {
  readonly list: 'inputs' | 'outputs';
  index: number;
}

export interface Failure {
  readonly ok: false;
  readonly error: RequestError;
}

export function where({ list, index }: Place): string {
  return `${list}[${index}]`;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first field outside `known`, or undefined. */
export function unknownField(form: JsonObject, known: ReadonlySet<string>): string | undefined {
  for (const field in form) if (!known.has(field)) return field;
  return undefined;
}

export function missingField(place: Place, field: string): Failure {
  return fail('missing_field', `${where(place)} lacks the field "${field}"`);
}

/** Checks the name of a tensor. */
export function readName(name: unknown, place: Place): Result<string> {
  if (typeof name !== 'string') {
    return name === undefined ? missingField(place, 'name') : fail('invalid_form', `${where(place)}.name must be text`);
  }
  if (name.length === 0 || name.length > NAME_LENGTH_MAX || !name.isWellFormed()) {
    return fail('invalid_form', `${where(place)}.name must be well-formed text of 1 to ${NAME_LENGTH_MAX} characters`);
  }
  return succeed(name);
}

const NO_PARAMETERS = succeed(undefined);

/** Parameters are free of form but for their being an object; null counts as none. Those of the message itself have no place. */
export function readParameters(value: unknown, place: Place | undefined): Result<JsonObject | undefined> {
  if (value === undefined || value === null) return NO_PARAMETERS;
  if (isObject(value)) return succeed(value);
  return fail('invalid_form', `${place === undefined ? '' : `${where(place)}.`}parameters must be an object`);
}
