import { DURATION_PATTERN, NAME_PATTERN } from '@modelwatch/core';

/** What a pattern of the schema asks for, in words: for faults and for the configuration page. */
export const PATTERN_WORDS: ReadonlyMap<string, { readonly expected: string; readonly type: string }> = new Map([
  [DURATION_PATTERN, { expected: 'a duration such as 30s or 1h30m', type: 'duration' }],
  [NAME_PATTERN, { expected: 'a name: a letter or digit, then up to 127 letters, digits, dots, dashes or underscores', type: 'name' }],
  ['^[A-Z]{3}$', { expected: 'a currency of three capital letters such as USD', type: 'currency' }],
  ['^https?://', { expected: 'a URL that starts with http:// or https://', type: 'URL' }],
  ['^[a-z0-9-]+$', { expected: 'a header name in lower-case letters, digits and dashes', type: 'header name' }],
  ['^/', { expected: 'a text that starts with /', type: 'path or JSON pointer' }],
  ['^(/.*)?$', { expected: 'a JSON pointer: empty, or starting with /', type: 'JSON pointer' }],
  ['^sha256:[0-9a-f]{64}$', { expected: 'a digest: sha256: and 64 lower-case hexadecimal digits', type: 'digest' }],
]);

/** JSON Schema types as readers of YAML call them. */
export const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['object', 'a mapping'],
  ['array', 'a list'],
  ['string', 'a text'],
  ['number', 'a number'],
  ['integer', 'a whole number'],
  ['boolean', 'true or false'],
  ['null', 'null'],
]);
