import type { IncomingHttpHeaders } from 'node:http';
import { decodeInferRequest, HEADER_LENGTH_NAME, parseHeaderLength } from '../models/open-inference/index.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import { inflateBody } from '../pipeline/inflate-body.js';
import { readMappedInputs } from '../pipeline/read-mapped.js';
import type { ModelSource } from '../sidecar/model-runtime.js';

/** Bodies beyond it are not read for a sample: it would hold the event loop. */
const BODY_BYTES_MAX = 1_048_576;

/** What a sample may keep in memory of a body until it is made, with its bytes; a larger one is let go at once. */
export function sampledBody(body: Buffer): readonly [Buffer | undefined, number] {
  return body.length === 0 || body.length > BODY_BYTES_MAX ? [undefined, 0] : [body, body.length];
}

/** The inputs of a request that failed, as its sample needs them; undefined where they cannot be read. */
export function sampledInputs(source: ModelSource, headers: IncomingHttpHeaders, body: Buffer | undefined): readonly Tensor[] | undefined {
  if (body === undefined) return undefined;
  const sent = source.kind === 'upstream' ? inflateBody(body, headers['content-encoding'], BODY_BYTES_MAX) : body;
  if (typeof sent === 'string') return undefined;
  if (source.kind === 'upstream' && source.config.mapping !== undefined) return readMappedInputs(source.config.mapping, sent);
  const header = headers[HEADER_LENGTH_NAME];
  const headerLength = parseHeaderLength(typeof header === 'string' ? header : undefined, sent.length);
  if (!headerLength.ok) return undefined;
  const read = decodeInferRequest(sent, { headerLength: headerLength.value, acceptNonFinite: true, acceptUnknownFields: true });
  return read.ok ? read.value.inputs : undefined;
}
