import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { fail, succeed, type Result } from '../errors.js';

/** Longest identity of a prediction, as of events and ground truth. */
const ID_CHARACTERS_MAX = 256;
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Checks an identity that a caller gave: one that ground truth could name too. */
export function checkPredictionId(id: string): Result<string> {
  if (id.length === 0 || id.length > ID_CHARACTERS_MAX) return fail('invalid_value', `an id has 1 to ${ID_CHARACTERS_MAX} characters`);
  if (CONTROL.test(id) || !id.isWellFormed()) return fail('invalid_value', 'an id is well-formed text without control characters');
  return succeed(id);
}

/** The identity in a request header, where there is a single one of use. */
export function headerId(request: IncomingMessage, header: string): string | undefined {
  const value = request.headers[header];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An identity for a prediction that came without one. */
export const newPredictionId = (): string => randomUUID();
