import type { IncomingMessage } from 'node:http';

/** Why a request cannot be trusted to mean one thing to us and the same to whoever is behind us. */
export type Ambiguity = 'absolute_target' | 'not_one_host' | 'ambiguous_length' | 'upgrade' | 'other_protocol';

/**
 * What Node's parser lets pass and a proxy must not: a target in absolute form, no Host or two of them, a length said twice, an upgrade, a
 * protocol other than HTTP/1.
 * Undefined for a plain request. Cost: one pass over the header names.
 */
export function findAmbiguity(request: IncomingMessage): Ambiguity | undefined {
  if (request.url?.startsWith('/') !== true) return 'absolute_target';
  if (request.httpVersionMajor !== 1) return 'other_protocol';
  if (request.headers.upgrade !== undefined) return 'upgrade';
  if (request.headers['transfer-encoding'] !== undefined && request.headers['content-length'] !== undefined) return 'ambiguous_length';
  const raw = request.rawHeaders;
  let hosts = 0;
  for (let i = 0; i < raw.length; i += 2) if (raw[i]!.length === 4 && raw[i]!.toLowerCase() === 'host') hosts++;
  return hosts === 1 || (hosts === 0 && request.httpVersion === '1.0') ? undefined : 'not_one_host';
}
