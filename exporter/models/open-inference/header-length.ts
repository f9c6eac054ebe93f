import { fail, succeed, type Result } from '../../errors.js';

/** The header that says how many bytes of a body are its JSON part, as Node names it. */
export const HEADER_LENGTH_NAME = 'inference-header-content-length';

/** Reads `Inference-Header-Content-Length`: undefined where it is missing and the whole body is JSON. */
export function parseHeaderLength(header: string | undefined, bodyLength: number): Result<number | undefined> {
  if (header === undefined) return succeed(undefined);
  const length = /^[0-9]{1,15}$/.test(header) ? Number(header) : 0;
  if (length === 0) return fail('bad_binary_size', 'Inference-Header-Content-Length must be a positive integer');
  if (length > bodyLength) return fail('bad_binary_size', 'Inference-Header-Content-Length is greater than the body');
  return succeed(length);
}
