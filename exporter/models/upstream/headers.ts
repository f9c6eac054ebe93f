/** Headers that belong to one connection, not to the message (RFC 9110 section 7.6.1), and those that are made anew for the next hop. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const REBUILT_FOR_REQUEST = new Set(['host', 'content-length', 'expect']);

/** Names that the `Connection` header declares as belonging to this connection. */
function connectionNames(raw: readonly string[]): ReadonlySet<string> | undefined {
  let names: Set<string> | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]!.toLowerCase() !== 'connection') continue;
    names ??= new Set();
    for (const name of raw[i + 1]!.split(',')) names.add(name.trim().toLowerCase());
  }
  return names;
}

function endToEnd(raw: readonly string[], alsoLeftOut?: ReadonlySet<string>): string[] {
  const declared = connectionNames(raw);
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    if (HOP_BY_HOP.has(name) || alsoLeftOut?.has(name) === true || declared?.has(name) === true) continue;
    kept.push(raw[i]!, raw[i + 1]!);
  }
  return kept;
}

/** The headers of a request that go on to the upstream, in order, with their case and duplicates. Names and values alternate. */
export function requestHeaders(raw: readonly string[]): string[] {
  return endToEnd(raw, REBUILT_FOR_REQUEST);
}

/** The headers of an upstream's answer that go back to the client, likewise, and one of ours where the upstream gave none of that name. */
export function responseHeaders(raw: readonly string[], own?: { readonly name: string; readonly value: string }): string[] {
  const headers = endToEnd(raw);
  if (own !== undefined && headerValue(headers, own.name) === undefined) headers.push(own.name, own.value);
  return headers;
}

/** The value of the first header of a name in lower case, or undefined. */
export function headerValue(raw: readonly string[], name: string): string | undefined {
  for (let i = 0; i < raw.length; i += 2) if (raw[i]!.length === name.length && raw[i]!.toLowerCase() === name) return raw[i + 1];
  return undefined;
}
