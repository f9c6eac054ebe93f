import type { IncomingHttpHeaders } from 'node:http';
import { fail, succeed, type Result } from '../errors.js';
import { nestsDeeperThan } from '../json-depth.js';

/** Nesting that no body of ours needs. */
const DEPTH_MAX = 32;
const decoder = new TextDecoder('utf-8', { fatal: true });

export interface ContentType {
  readonly media: string;
}

/** The media type of a body whose text is UTF-8, in lower case. Any other charset is refused. */
function readContentType(headers: IncomingHttpHeaders, accepted: readonly string[]): Result<ContentType> {
  const [first = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (!accepted.includes(first)) return fail('bad_content_type', `the Content-Type must be ${accepted.join(' or ')}`);
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') return fail('bad_content_type', 'the charset must be utf-8');
  return succeed({ media: first });
}

/** The text of a body: not empty, and UTF-8 throughout. */
export function readText(body: unknown): Result<string> {
  if (!Buffer.isBuffer(body) || body.length === 0) return fail('invalid_json', 'the body is empty');
  try {
    return succeed(decoder.decode(body));
  } catch {
    return fail('invalid_utf8', 'the body is not UTF-8');
  }
}

/** Parses JSON of bounded depth. Cost: two passes over the text. */
export function parseJson(text: string): Result<unknown> {
  if (nestsDeeperThan(text, DEPTH_MAX)) return fail('too_deep', `the JSON is nested deeper than ${DEPTH_MAX}`);
  try {
    return succeed(JSON.parse(text) as unknown);
  } catch {
    return fail('invalid_json', 'the body is not JSON');
  }
}

/** The events of a request: JSON, an array of it, or one a line, by its Content-Type. */
export function readEvents(headers: IncomingHttpHeaders, body: unknown, eventsMax: number): Result<readonly unknown[]> {
  const type = readContentType(headers, ['application/json', 'application/x-ndjson']);
  return type.ok ? readEntries(body, type.value.media, eventsMax) : type;
}

/**
 * The entries of a body: one JSON value, an array of them, or one a line. `application/x-ndjson` skips empty lines; a fault names its line.
 */
function readEntries(body: unknown, media: string, entriesMax: number): Result<readonly unknown[]> {
  const text = readText(body);
  if (!text.ok) return text;
  const entries = media === 'application/x-ndjson' ? parseLines(text.value, entriesMax) : parseArray(text.value);
  if (!entries.ok) return entries;
  if (entries.value.length === 0) return fail('invalid_form', 'there is no event in the body');
  if (entries.value.length > entriesMax) return fail('too_many_events', `a request may hold ${entriesMax} events`);
  return entries;
}

function parseArray(text: string): Result<readonly unknown[]> {
  const value = parseJson(text);
  if (!value.ok) return value;
  return succeed(Array.isArray(value.value) ? (value.value as unknown[]) : [value.value]);
}

function parseLines(text: string, entriesMax: number): Result<readonly unknown[]> {
  const entries: unknown[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parseJson(line);
    if (!value.ok) return fail(value.error.code, `line ${i + 1}: ${value.error.message}`);
    entries.push(value.value);
    if (entries.length > entriesMax) break;
  }
  return succeed(entries);
}
