const COLON = 0x3a;
const WHITESPACE: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Whether a body of JSON has a key of this name at any depth, told from its bytes without parsing. A value of that name is no key, and a key
 * that is written with escapes is not found. Cost: one search over the bytes.
 */
export function carriesKey(body: Buffer, key: string): boolean {
  const quoted = Buffer.from(JSON.stringify(key));
  for (let at = body.indexOf(quoted); at >= 0; at = body.indexOf(quoted, at + 1)) {
    let next = at + quoted.length;
    while (WHITESPACE.has(body[next])) next++;
    if (body[next] === COLON) return true;
  }
  return false;
}
