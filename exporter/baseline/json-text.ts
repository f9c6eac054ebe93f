import { nestsDeeperThan } from '../json-depth.js';
import { jsonErrorOffset } from './json-error-offset.js';

const JSON_DEPTH_MAX = 32;

export type JsonText = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/**
 * Parses JSON from a file: UTF-8, then depth, then syntax. Never throws, and never quotes the text, for V8's own messages do.
 * Numbers beyond the range of a double become infinite; the schema refuses them.
 */
export function parseJsonText(source: string | Uint8Array): JsonText {
  const text = typeof source === 'string' ? source.replace(/^\ufeff/, '') : decodeUtf8(source);
  if (text === undefined) return { ok: false, message: 'the text is not UTF-8' };
  if (text.trim() === '') return { ok: false, message: 'the file is empty' };
  if (nestsDeeperThan(text, JSON_DEPTH_MAX)) return { ok: false, message: `lists and objects nest deeper than ${JSON_DEPTH_MAX} levels` };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, message: `not valid JSON${placeOfError(text)}` };
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function placeOfError(text: string): string {
  const offset = jsonErrorOffset(text) ?? text.length;
  if (text.slice(offset).trim() === '') return ': the text ends too early';
  const before = text.slice(0, offset);
  return ` at line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')}`;
}
