import { gzipSync } from 'node:zlib';

/** A request that has to reach the upstream as it is. */
export interface ProxiedRequest {
  readonly name: string;
  /** What follows the path. */
  readonly query?: string;
  readonly version?: string;
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
  /** Sends the body in chunks of so many bytes instead of with its length. */
  readonly chunkBytes?: number;
  /** Chunks carry extensions, and trailers follow them. */
  readonly extended?: boolean;
  /** Says neither length nor chunks. */
  readonly unframed?: boolean;
  readonly protocol?: 'HTTP/1.0';
}

const infer = '{"id":"a","inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1.5,-2]}]}';
const binaryHead = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}]}';
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const large = Buffer.alloc(3_000_000, everyByte);
const json = 'Content-Type: application/json';

const headerCases: readonly (readonly [name: string, ...headers: string[]])[] = [
  ['lower case', 'x-tenant: a'],
  ['upper case', 'X-TENANT: a'],
  ['mixed case', 'x-TeNaNt: a'],
  ['an order that is not the alphabet', 'Z-Last: 1', 'A-First: 2', 'M-Middle: 3'],
  ['a name twice', 'X-Twice: 1', 'X-Twice: 2'],
  ['a name twice in two cases, apart', 'X-Twice: 1', 'Other: 0', 'x-twice: 2'],
  ['an empty value', 'X-Empty:'],
  ['a value with colons', 'X-Time: 12:30:00'],
  ['a value with a tab inside', 'X-Tab: a\tb'],
  ['a value of high bytes', 'X-Latin: caf\xe9 \xff'],
  ['a value of UTF-8', `X-Utf: ${Buffer.from('naïve 模型').toString('latin1')}`],
  ['a value of 8,000 bytes', `X-Long: ${'v'.repeat(8000)}`],
  ['a name of symbols', "X-!#$%&'*+-.^_`|~: 1"],
  ['150 headers', ...Array.from({ length: 150 }, (_, i) => `X-Number-${i}: ${i}`)],
  ['one cookie', 'Cookie: session=abc; theme=dark'],
  ['two cookie headers', 'Cookie: a=1', 'Cookie: b="2, 3"'],
  ['credentials', 'Authorization: Bearer abc.def-ghi'],
  ['a caller’s trace', 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'tracestate: a=b,c=d', 'baggage: k=v'],
  [
    'what proxies before us said',
    'X-Forwarded-For: 10.0.0.1, 10.0.0.2',
    'X-Forwarded-Proto: https',
    'Forwarded: for=10.0.0.1',
    'Via: 1.1 edge',
  ],
  ['agent and preferences', 'User-Agent: python-httpx/0.27', 'Accept: */*', 'Accept-Encoding: gzip, br', 'Accept-Language: de'],
  [
    'conditions and ranges',
    'If-None-Match: "x"',
    'If-Modified-Since: Wed, 21 Oct 2015 07:28:00 GMT',
    'Range: bytes=0-9',
    'Cache-Control: no-store',
  ],
  ['an id of its own', 'x-request-id: request-1'],
  ['an id longer than it may be here', `x-request-id: ${'i'.repeat(400)}`],
  ['an id twice', 'x-request-id: one', 'X-Request-Id: two'],
  ['an origin and a referrer', 'Origin: https://example.org', 'Referer: https://example.org/a?b#c', 'Sec-Fetch-Mode: cors'],
  ['gRPC leftovers', 'grpc-timeout: 1S', 'Content-Language: en'],
];

const hopCases: readonly (readonly [name: string, ...headers: string[]])[] = [
  ['a connection to close', 'Connection: close', 'X-Kept: 1'],
  ['a connection to keep', 'Connection: keep-alive', 'Keep-Alive: timeout=5', 'X-Kept: 1'],
  ['headers of the connection', 'Connection: X-Hop, x-other-hop', 'X-Hop: 1', 'X-Kept: 1', 'X-OTHER-HOP: 2'],
  ['transfer preferences', 'TE: trailers', 'Trailer: X-Sum', 'X-Kept: 1'],
  ['proxy headers', 'Proxy-Connection: keep-alive', 'Proxy-Authorization: Basic YTpi', 'X-Kept: 1'],
];

const typeCases = [
  'application/json',
  'application/JSON; charset=UTF-8',
  'text/plain',
  'application/x-protobuf',
  'multipart/form-data; boundary="x y"',
  'application/vnd.custom+json;v=2',
  'nonsense',
];

const queryCases = ['?', '?a=1', '?a=1&a=2&b', '?x=%2F%00%zz', '?q=a?b?c', '?u=http://elsewhere/x', '?..%2f..//x', `?${'q'.repeat(2000)}`];

const bodyCases: readonly ProxiedRequest[] = [
  { name: 'no body, its length said', body: '' },
  { name: 'no body, no length', unframed: true },
  { name: 'one byte', body: '0' },
  { name: 'every byte', body: everyByte },
  { name: 'bytes that are no UTF-8', body: '\xff\xfe{"a":"\x80"}' },
  { name: 'JSON that is none', body: '{"inputs":[NaN,}' },
  { name: 'JSON with odd whitespace and key order', body: ' {\r\n\t"outputs" : [ ] ,"inputs":[]  }\n' },
  { name: 'three million bytes', body: large },
  {
    name: 'binary tensors',
    headers: [`Inference-Header-Content-Length: ${binaryHead.length}`],
    body: Buffer.concat([Buffer.from(binaryHead), everyByte.subarray(0, 8)]),
  },
  { name: 'a body that is compressed', headers: [json, 'Content-Encoding: gzip'], body: gzipSync(infer) },
  { name: 'a body that says it is compressed', headers: ['Content-Encoding: gzip'], body: 'not at all' },
  { name: 'chunks of one byte', body: infer, chunkBytes: 1 },
  { name: 'chunks of seven bytes', body: infer, chunkBytes: 7 },
  { name: 'one chunk', body: infer, chunkBytes: 1000 },
  { name: 'no chunk', body: '', chunkBytes: 1 },
  { name: 'chunks with extensions and trailers', body: infer, chunkBytes: 20, extended: true },
  { name: 'three million bytes in chunks', body: large, chunkBytes: 65_000 },
  { name: 'every byte in chunks', body: everyByte, chunkBytes: 100 },
  { name: 'HTTP/1.0', protocol: 'HTTP/1.0', body: infer, headers: [json] },
  { name: 'a version in the path', version: '7', body: infer, headers: [json] },
  { name: 'a version and a query', version: '7', query: '?a=1', body: infer, headers: [json] },
];

/** Requests as clients, proxies and libraries send them, made from tables. */
export const PROXIED_REQUESTS: readonly ProxiedRequest[] = [
  ...headerCases.map(([name, ...headers]) => ({ name: `headers: ${name}`, headers: [json, ...headers], body: infer })),
  ...hopCases.map(([name, ...headers]) => ({ name: `hop: ${name}`, headers: [json, ...headers], body: infer })),
  ...typeCases.map((type) => ({ name: `type: ${type}`, headers: [`Content-Type: ${type}`], body: infer })),
  { name: 'type: none', body: infer },
  ...queryCases.map((query) => ({ name: `query: ${query.slice(0, 20)}`, query, headers: [json], body: infer })),
  ...bodyCases.map((request) => ({ ...request, name: `body: ${request.name}` })),
];

const SMALL_BYTES_MAX = 1000;
const smallBodies = bodyCases.filter(
  ({ body = '', protocol, unframed }) => body.length <= SMALL_BYTES_MAX && protocol === undefined && unframed !== true,
);

/** Headers of every kind before bodies and framings of every kind, each with a query of its own: as many as make the corpus one of 300. */
export const COMBINED_REQUESTS: readonly ProxiedRequest[] = [...headerCases, ...hopCases].flatMap(([name, ...headers], i) =>
  smallBodies
    .filter((_, j) => (i + j) % 2 === 0)
    .map((request, j) => ({
      ...request,
      name: `headers: ${name}; body: ${request.name}`,
      query: request.query ?? queryCases[(i + j) % queryCases.length]!,
      headers: [...headers, ...(request.headers ?? [json])],
    })),
);

/** An upstream's answer that has to reach the client as it is. */
export interface ProxiedAnswer {
  readonly name: string;
  readonly status: string;
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
  readonly framing?: 'length' | 'chunked' | 'until_end' | 'none';
  /** Written before it, as it is. */
  readonly before?: string;
}

/** Of answers that bring one. */
export const PAST_DATE = 'Date: Tue, 15 Nov 1994 08:12:31 GMT';
const date = PAST_DATE;

const statusCases: readonly (readonly [status: string, ...headers: string[]])[] = [
  ['200 OK', json],
  ['201 Created', 'Location: /elsewhere'],
  ['202 Accepted'],
  ['301 Moved Permanently', 'Location: http://127.0.0.1:1/never-followed'],
  ['307 Temporary Redirect', 'Location: /v2/never-followed'],
  ['400 Bad Request', json],
  ['401 Unauthorized', 'WWW-Authenticate: Bearer realm="models"'],
  ['404 Not Found'],
  ['409 Conflict'],
  ['413 Payload Too Large'],
  ['418 I am a teapot'],
  ['422 Unprocessable Entity', json],
  ['429 Too Many Requests', 'Retry-After: 7'],
  ['500 Internal Server Error', json],
  ['501 Not Implemented'],
  ['502 Bad Gateway'],
  ['503 Service Unavailable', 'Retry-After: 9'],
  ['504 Gateway Timeout'],
  ['599 Whatever It Is'],
  [`422 ${Buffer.from('Ungültig, 不正').toString('latin1')}`],
  ['200 ', json],
];

/** Answers as model servers and what stands before them give them. */
export const PROXIED_ANSWERS: readonly ProxiedAnswer[] = [
  ...statusCases.map(([status, ...headers]) => ({
    name: `status ${status}`,
    status,
    headers: [date, ...headers],
    body: '{"error":"so it is"}',
  })),
  { name: 'status 204 without a body', status: '204 No Content', headers: [date, 'X-A: 1'], framing: 'none' },
  { name: 'status 304 with its validators', status: '304 Not Modified', headers: [date, 'ETag: "x"'], framing: 'none' },
  {
    name: 'several cookies',
    status: '200 OK',
    headers: ['Set-Cookie: a=1; Path=/', 'X-Between: 1', 'Set-Cookie: b=2', 'set-cookie: a=1; Path=/'],
  },
  { name: 'case, order and duplicates', status: '200 OK', headers: ['z-last: 1', date, 'A-FIRST: 2', 'Vary: a', 'vary: b', 'X-Empty:'] },
  { name: 'no date of its own', status: '200 OK', headers: [json], body: '{}' },
  { name: 'high bytes in a header', status: '200 OK', headers: [date, 'X-Latin: caf\xe9'] },
  { name: 'an id of its own', status: '200 OK', headers: [date, 'X-Request-Id: upstream-1'] },
  {
    name: 'headers of the connection',
    status: '200 OK',
    headers: [date, 'Connection: X-Hop', 'X-Hop: 1', 'Keep-Alive: timeout=3', 'X-Kept: 1'],
  },
  { name: 'proxy headers', status: '407 Proxy Authentication Required', headers: [date, 'Proxy-Authenticate: Basic', 'X-Kept: 1'] },
  {
    name: 'binary tensors',
    status: '200 OK',
    headers: [date, 'Content-Type: application/octet-stream', 'Inference-Header-Content-Length: 2'],
    body: Buffer.concat([Buffer.from('{}'), everyByte]),
  },
  { name: 'a compressed body', status: '200 OK', headers: [date, json, 'Content-Encoding: gzip'], body: gzipSync('{"outputs":[]}') },
  { name: 'chunks', status: '200 OK', headers: [date, json], body: large, framing: 'chunked' },
  {
    name: 'a body until the end of the connection',
    status: '200 OK',
    headers: [date, 'Connection: close'],
    body: everyByte,
    framing: 'until_end',
  },
  { name: 'three million bytes', status: '200 OK', headers: [date], body: large },
  { name: 'hints before it', status: '200 OK', headers: [date], body: 'x', before: 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' },
];
