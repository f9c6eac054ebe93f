/** The trace that a request belongs to, by W3C Trace Context. */
export interface TraceContext {
  readonly traceId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-|$)/;

/** Reads a `traceparent` header; undefined where there is none or it is not valid. Version 00 has no more parts, later ones may. */
export function parseTraceparent(header: string | string[] | undefined): TraceContext | undefined {
  if (typeof header !== 'string' || header.length < 55 || header.length > 512) return undefined;
  const match = TRACEPARENT.exec(header);
  if (match === null || header.startsWith('ff')) return undefined;
  if (header.startsWith('00') && header.length !== 55) return undefined;
  return { traceId: match[1]!, sampled: (Number.parseInt(match[2]!, 16) & 1) === 1 };
}
