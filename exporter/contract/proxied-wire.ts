import { createHash } from 'node:crypto';
import { PAST_DATE, type ProxiedAnswer, type ProxiedRequest } from './proxy-corpus.js';
import type { RawMessage } from './raw-http.js';

/*
 * The corpus as bytes, and what must come out at the other end. docs/recipes/proxy.md lists the headers that are made anew or dropped; the
 * same lists stand here, and everything else must be equal byte for byte.
 */

const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'].concat(
  ...[['te', 'trailer', 'transfer-encoding', 'upgrade']],
);
const REBUILT = ['host', 'content-length', 'expect'];
const ADDED_TO_ANSWERS = ['connection', 'keep-alive'];

const nameOf = (line: string): string => line.slice(0, line.indexOf(':')).toLowerCase();
/** As a parser reads it: whitespace around the value is no part of it. */
const normal = (line: string): string => `${line.slice(0, line.indexOf(':'))}: ${line.slice(line.indexOf(':') + 1).trim()}`;

function without(lines: readonly string[], names: readonly string[]): string[] {
  const declared = lines
    .filter((line) => nameOf(line) === 'connection')
    .flatMap((line) =>
      line
        .slice(11)
        .toLowerCase()
        .split(/[\s,]+/),
    );
  return lines.filter((line) => !names.includes(nameOf(line)) && !declared.includes(nameOf(line))).map(normal);
}

/** Bodies of millions of bytes are compared by their digest. */
const digestOf = (body: Buffer): string => `${body.length} bytes ${createHash('sha256').update(body).digest('hex')}`;
export const digested = ({ start, headers, body }: RawMessage) => ({ start, headers, body: digestOf(body) });

const bytesOf = (body: string | Buffer = ''): Buffer => (typeof body === 'string' ? Buffer.from(body, 'latin1') : body);

function chunked(body: Buffer, chunkBytes: number, extended = false): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += chunkBytes) {
    const chunk = body.subarray(at, at + chunkBytes);
    parts.push(Buffer.from(`${chunk.length.toString(16)}${extended ? ';name="value"' : ''}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from(`0\r\n${extended ? 'X-Sum: 1\r\n' : ''}\r\n`)]);
}

/** A request for the model `m`, as it comes in. */
export function wireOf(request: ProxiedRequest): Buffer {
  const { query = '', version, headers = [], chunkBytes, extended, unframed, protocol = 'HTTP/1.1' } = request;
  const body = bytesOf(request.body);
  const framing = chunkBytes !== undefined ? ['Transfer-Encoding: chunked'] : unframed === true ? [] : [`Content-Length: ${body.length}`];
  const path = `/v2/models/m${version === undefined ? '' : `/versions/${version}`}/infer${query}`;
  const head = [`POST ${path} ${protocol}`, 'Host: in-front.example:9810', ...headers, ...framing].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), chunkBytes === undefined ? body : chunked(body, chunkBytes, extended)]);
}

/** What must reach the upstream at `url`, where the model is called `there`, to the byte. */
export function expectedAtUpstream({ query = '', version, headers = [], body }: ProxiedRequest, url: string): RawMessage {
  return {
    start: `POST /v2/models/there${version === undefined ? '' : `/versions/${version}`}/infer${query} HTTP/1.1`,
    headers: [
      `host: ${new URL(url).host}`,
      'connection: keep-alive',
      ...without(headers, [...HOP_BY_HOP, ...REBUILT]),
      `content-length: ${bytesOf(body).length}`,
    ],
    body: bytesOf(body),
  };
}

export function wireOfAnswer({ status, headers = [], body, framing = 'length', before = '' }: ProxiedAnswer): Buffer {
  const bytes = bytesOf(body);
  const framed = framing === 'length' ? [`Content-Length: ${bytes.length}`] : framing === 'chunked' ? ['Transfer-Encoding: chunked'] : [];
  const head = `${before}${[`HTTP/1.1 ${status}`, ...headers, ...framed].join('\r\n')}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), framing === 'chunked' ? chunked(bytes, 65_000, true) : bytes]);
}

/** An answer as far as it must pass on, its body by its digest, and the names of what is made anew for each hop, in order. */
export interface PassedOn {
  readonly start: string;
  readonly headers: readonly string[];
  readonly anew: readonly string[];
  readonly body: string;
}

const MADE_ANEW = [...ADDED_TO_ANSWERS, 'transfer-encoding'];

export function passedOn({ start, headers, body }: RawMessage): PassedOn {
  // A date passes where the upstream gave one; what it was otherwise is the clock's business.
  const isDated = headers.some((line) => line === PAST_DATE);
  const anew = isDated ? MADE_ANEW : [...MADE_ANEW, 'date'];
  return {
    start,
    headers: headers.filter((line) => !anew.includes(nameOf(line))).map(normal),
    anew: headers.map(nameOf).filter((name) => anew.includes(name)),
    body: digestOf(body),
  };
}

/** What must reach the client of an answer to a request that had an id of its own. */
export function expectedAtClient({ status, headers = [], body, framing = 'length' }: ProxiedAnswer): PassedOn {
  const isDated = headers.some((line) => nameOf(line) === 'date');
  return {
    start: `HTTP/1.1 ${status}`,
    headers: [...without(headers, HOP_BY_HOP), ...(framing === 'length' ? [`Content-Length: ${bytesOf(body).length}`] : [])],
    anew: [
      ...(isDated ? [] : ['date']),
      'connection',
      'keep-alive',
      ...(framing === 'chunked' || framing === 'until_end' ? ['transfer-encoding'] : []),
    ],
    body: digestOf(bytesOf(body)),
  };
}
