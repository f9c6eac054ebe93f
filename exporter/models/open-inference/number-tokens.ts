const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/** Integers of fewer digits are exact as numbers: 2^53 has 16. */
const DIGITS_INEXACT = 16;

/**
 * The same JSON text with each integer of 16 digits or more in quotes, so that `JSON.parse` keeps its digits. Text inside strings stays as it
 * is. Takes a text that `JSON.parse` accepts.
 */
export function quoteLongIntegers(text: string): string {
  let out = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else if (char === MINUS || isDigit(char)) {
      const start = at++;
      while (isDigit(text.charCodeAt(at))) at++;
      const digits = at - start - (char === MINUS ? 1 : 0);
      const integerEnd = at;
      while (isNumberRest(text.charCodeAt(at))) at++;
      if (at !== integerEnd || digits < DIGITS_INEXACT) continue;
      out += `${text.slice(copied, start)}"${text.slice(start, at)}"`;
      copied = at;
    } else at++;
  }
  return out + text.slice(copied);
}

/** The same text with the tokens NaN as null and Infinity or Inf as a number too great for a double. Text inside strings stays as it is. */
export function replaceNonFinite(text: string): string {
  let out = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    const token = tokenAt(text, at);
    if (token === '') at++;
    else {
      out += text.slice(copied, at) + (token === 'NaN' ? 'null' : '1e999');
      at += token.length;
      copied = at;
    }
  }
  return out + text.slice(copied);
}

function tokenAt(text: string, at: number): string {
  if (text.startsWith('NaN', at)) return 'NaN';
  if (text.startsWith('Infinity', at)) return 'Infinity';
  return text.startsWith('Inf', at) ? 'Inf' : '';
}

/** The place behind the closing quote of the string that opens at `at`, or the end of the text. */
export function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    // A quote is escaped by an odd number of backslashes before it.
    let start = end;
    while (text.charCodeAt(start - 1) === BACKSLASH) start--;
    if ((end - start) % 2 === 0) return end + 1;
  }
  return text.length;
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}

/** What may follow the integer part of a number: a digit, `.`, `e`, `E`, `+`, `-`. */
function isNumberRest(char: number): boolean {
  return isDigit(char) || char === 0x2e || char === 0x65 || char === 0x45 || char === 0x2b || char === MINUS;
}
