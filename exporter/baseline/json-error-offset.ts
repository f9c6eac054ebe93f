const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/**
 * Where a text stops being JSON (RFC 8259): the offset of the first character that cannot stand there, the length where the text ends too early,
 * or undefined where it is JSON. The messages of `JSON.parse` differ by version, quote the text, and often name no place.
 *
 * Recurses by nesting, so the depth must be bounded before. Cost: one pass.
 */
export function jsonErrorOffset(text: string): number | undefined {
  let at = 0;
  const skipSpace = (): void => {
    while (at < text.length && ' \t\n\r'.includes(text[at]!)) at += 1;
  };
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const takeString = (): boolean => {
    at += 1;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        at += 1;
        return true;
      }
      if (code < 0x20) return false;
      if (code !== 0x5c) at += 1;
      else if (!take(ESCAPE)) return false;
    }
    return false;
  };
  const takeMember = (): boolean => {
    if (text[at] !== '"' || !takeString()) return false;
    skipSpace();
    if (text[at] !== ':') return false;
    at += 1;
    return takeValue();
  };
  const takeEntries = (close: ']' | '}', takeEntry: () => boolean): boolean => {
    at += 1;
    skipSpace();
    if (text[at] === close) {
      at += 1;
      return true;
    }
    for (;;) {
      skipSpace();
      if (!takeEntry()) return false;
      skipSpace();
      if (text[at] !== ',' && text[at] !== close) return false;
      at += 1;
      if (text[at - 1] === close) return true;
    }
  };
  const takeValue = (): boolean => {
    skipSpace();
    if (text[at] === '{') return takeEntries('}', takeMember);
    if (text[at] === '[') return takeEntries(']', takeValue);
    return text[at] === '"' ? takeString() : take(SCALAR);
  };
  if (!takeValue()) return at;
  skipSpace();
  return at === text.length ? undefined : at;
}
