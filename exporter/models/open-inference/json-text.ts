import { isAscii, isUtf8 } from 'node:buffer';
import { fail, succeed, type Result } from '../../errors.js';
import { nestsDeeperThan } from '../../json-depth.js';
import { DEPTH_MAX } from './limits.js';
import { replaceNonFinite } from './number-tokens.js';

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
  if (nestsDeeperThan(text, DEPTH_MAX)) return fail('too_deep', `the JSON is nested deeper than ${DEPTH_MAX}`);
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
