import { isAscii, isUtf8 } from 'node:buffer';
import { fail, succeed, type Result } from '../../errors.js';
import { DEPTH_MAX } from './limits.js';
import { endOfString, replaceNonFinite } from './number-tokens.js';

/** What begins, ends or hides nesting. */
const STRUCTURE = /[[\]{}"]/g;

export interface JsonText {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Reads bytes as JSON: UTF-8 throughout, no deeper than `DEPTH_MAX`. `acceptNonFinite` also takes the tokens NaN and Infinity, which are no
 * JSON but what Triton writes. Cost: one pass by the checks of the runtime beside `JSON.parse` itself.
 */
export function parseJsonText(bytes: Buffer, acceptNonFinite: boolean): Result<JsonText> {
  let text: string;
  if (isAscii(bytes)) text = bytes.toString('latin1');
  else if (isUtf8(bytes)) text = bytes.toString('utf8');
  else return fail('invalid_utf8', 'the JSON is not UTF-8');
  if (mayBeTooDeep(text) && isTooDeep(text)) return fail('too_deep', `the JSON is nested deeper than ${DEPTH_MAX}`);
  const value = parse(text);
  if (value !== undefined) return succeed({ text, value });
  if (acceptNonFinite) {
    const finite = replaceNonFinite(text);
    const again = parse(finite);
    if (again !== undefined) return succeed({ text: finite, value: again });
  }
  return fail('invalid_json', 'the body is not JSON');
}

/** No JSON text has the value undefined, so that it can stand for a text that is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A text can only be too deep if it opens more brackets than the depth allows; most requests open a handful. */
function mayBeTooDeep(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) if (++count > DEPTH_MAX) return true;
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) if (++count > DEPTH_MAX) return true;
  return false;
}

/** Counts brackets outside strings. Jumps from one to the next by a regular expression, which is some times as fast as a loop over characters. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  STRUCTURE.lastIndex = 0;
  while (STRUCTURE.test(text)) {
    const at = STRUCTURE.lastIndex - 1;
    const char = text.charCodeAt(at);
    if (char === 0x22) STRUCTURE.lastIndex = endOfString(text, at);
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > DEPTH_MAX) return true;
    } else depth--;
  }
  return false;
}
