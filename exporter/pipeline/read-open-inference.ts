import type { IncomingHttpHeaders } from 'node:http';
import { decodeInferRequest, decodeInferResponse, HEADER_LENGTH_NAME, parseHeaderLength } from '../models/open-inference/index.js';
import type { SkipReason } from './watcher.js';
import type { AnsweredRequest } from './watched-model.js';

/** One half of an exchange. Names of headers in lower case. */
export interface Message {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders | Readonly<Record<string, string>>;
}

/**
 * Reads the two halves of an exchange of the Open Inference Protocol that another server answered. The request's own id wins over the given
 * one. NaN, Infinity and fields that the protocol does not name are taken, since other servers take them.
 */
export function readOpenInference(
  request: Message,
  response: Message,
  { id, headerSlices }: Pick<AnsweredRequest, 'id' | 'headerSlices'>,
): AnsweredRequest | SkipReason {
  const requestLength = headerLengthOf(request);
  const responseLength = headerLengthOf(response);
  if (requestLength === 'undecodable' || responseLength === 'undecodable') return 'undecodable';
  const sent = decodeInferRequest(request.body, { headerLength: requestLength, acceptNonFinite: true, acceptUnknownFields: true });
  const received = decodeInferResponse(response.body, { headerLength: responseLength });
  if (!sent.ok || !received.ok) return 'undecodable';
  return { id: sent.value.id ?? id, inputs: sent.value.inputs, outputs: received.value.outputs, headerSlices };
}

function headerLengthOf({ body, headers }: Message): number | undefined | 'undecodable' {
  const header = headers[HEADER_LENGTH_NAME];
  const parsed = parseHeaderLength(typeof header === 'string' ? header : undefined, body.length);
  return parsed.ok ? parsed.value : 'undecodable';
}
