import type { ErrorObject } from 'ajv';
import { nearestWord } from '../nearest-word.js';
import { quote } from './fault.js';
import type { Path } from './fault.js';
import { PATTERN_WORDS, TYPE_WORDS } from './schema-words.js';

/** What Ajv found, in words. The place is the caller's matter: a line of YAML, a JSON pointer. */
export interface SchemaFault {
  readonly path: Path;
  /** Set where the fault is a key rather than a value. */
  readonly key?: { readonly name: string; readonly is: 'unknown' | 'missing' };
  readonly message: string;
  readonly expected: string;
  readonly didYouMean?: string;
}

interface SchemaPart {
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/**
 * Turns Ajv's errors (made with `allErrors` and `verbose`) into faults: one a place, the first of each, so that a URL that fails its format
 * and its pattern is reported once. Errors of `anyOf` itself are dropped; pass only those of the branch that was meant.
 */
export function schemaFaults(errors: readonly ErrorObject[], root: unknown): SchemaFault[] {
  const seen = new Set<string>();
  const faults: SchemaFault[] = [];
  for (const error of errors) {
    if (error.keyword === 'anyOf' || error.keyword === 'if') continue;
    const fault = describe(error, pathOf(error.instancePath, root));
    const place = `${error.instancePath} ${fault.key?.name ?? ''}`;
    if (seen.has(place)) continue;
    seen.add(place);
    faults.push(fault);
  }
  return faults;
}

/** The steps of a JSON pointer; numbers where they index a list. */
export function pathOf(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const raw of pointer.split('/').slice(1)) {
    const step = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(step) : step);
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  }
  return path;
}

function describe(error: ErrorObject, path: Path): SchemaFault {
  const params = error.params as Readonly<Record<string, unknown>>;
  const part = (error.parentSchema ?? {}) as SchemaPart;
  const wrong = (expected: string): SchemaFault => ({ path, message: `expected ${expected}, got ${got(error.data)}`, expected });
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(path, String(params['additionalProperty']), Object.keys(part.properties ?? {}));
    case 'required': {
      const name = String(params['missingProperty']);
      return { path, key: { name, is: 'missing' }, message: `missing key ${quote(name)}`, expected: typeWords(part.properties?.[name]) };
    }
    case 'enum':
      return unknownValue(path, error.data, params['allowedValues'] as readonly string[]);
    case 'const':
      return wrong(JSON.stringify(params['allowedValue']));
    case 'pattern':
      return wrong(PATTERN_WORDS.get(String(params['pattern']))?.expected ?? `a text like ${String(params['pattern'])}`);
    case 'format':
      return wrong(FORMAT_WORDS.get(String(params['format'])) ?? `a text in the format ${String(params['format'])}`);
    case 'type':
      return wrongType(path, error.data, part);
    case 'uniqueItems':
      return { path, message: `the entries ${String(params['j'])} and ${String(params['i'])} are equal`, expected: 'entries that differ' };
    default: {
      const bound = BOUND_WORDS.get(error.keyword);
      return wrong(bound === undefined ? `a value that meets ${error.keyword}` : bound(Number(params['limit'])));
    }
  }
}

function wrongType(path: Path, value: unknown, part: SchemaPart): SchemaFault {
  // A bare 10 where a duration stands lacks its unit; a bare 1.0 or yes where a version stands lacks its quotes.
  const pattern = PATTERN_WORDS.get(part.pattern ?? '');
  const expected = pattern?.type === 'duration' ? pattern.expected : typeWords(part);
  const isBareScalar = typeof value === 'number' || typeof value === 'boolean';
  let hint = '';
  if (part.type === 'string' && isBareScalar && pattern?.type !== 'duration') hint = '; write it in quotes';
  if (typeof value === 'string' && isQuoted(value, part.type)) hint = '; write it without quotes';
  return { path, message: `expected ${expected}, got ${got(value)}${hint}`, expected };
}

function isQuoted(text: string, type: SchemaPart['type']): boolean {
  if (type === 'boolean') return text === 'true' || text === 'false';
  return (type === 'number' || type === 'integer') && text.trim() !== '' && Number.isFinite(Number(text));
}

const FORMAT_WORDS: ReadonlyMap<string, string> = new Map([
  ['uri', 'a URL such as http://127.0.0.1:8080'],
  ['date-time', 'a date and time such as 2026-01-31T12:00:00Z'],
]);

const BOUND_WORDS: ReadonlyMap<string, (limit: number) => string> = new Map([
  ['minimum', (limit: number) => `at least ${limit}`],
  ['maximum', (limit: number) => `at most ${limit}`],
  ['exclusiveMinimum', (limit: number) => `more than ${limit}`],
  ['exclusiveMaximum', (limit: number) => `less than ${limit}`],
  ['minItems', (limit: number) => `at least ${entries(limit)}`],
  ['maxItems', (limit: number) => `at most ${entries(limit)}`],
  ['minLength', (limit: number) => (limit === 1 ? 'a text that is not empty' : `a text of at least ${limit} characters`)],
  ['maxLength', (limit: number) => `a text of at most ${limit} characters`],
  ['minProperties', (limit: number) => `at least ${entries(limit)}`],
]);

const entries = (limit: number): string => (limit === 1 ? '1 entry' : `${limit} entries`);

function unknownKey(path: Path, name: string, known: readonly string[]): SchemaFault {
  const key = { name, is: 'unknown' } as const;
  const didYouMean = nearestWord(name, known);
  const expected = `one of ${known.join(', ')}`;
  if (didYouMean !== undefined) return { path, key, message: `unknown key ${quote(name)}`, expected, didYouMean };
  return { path, key, message: `unknown key ${quote(name)}, expected ${expected}`, expected };
}

function unknownValue(path: Path, value: unknown, known: readonly string[]): SchemaFault {
  const expected = `one of ${known.join(', ')}`;
  const didYouMean = typeof value === 'string' ? nearestWord(value, known) : undefined;
  const message = `expected ${expected}, got ${got(value)}`;
  return didYouMean === undefined ? { path, message, expected } : { path, message, expected, didYouMean };
}

function typeWords(part: unknown): string {
  const type = (part as SchemaPart | undefined)?.type;
  if (type === undefined) return 'a value';
  const types: readonly string[] = typeof type === 'string' ? [type] : type;
  return types.map((name) => TYPE_WORDS.get(name) ?? name).join(' or ');
}

/** A value in words, never more of it than a short scalar. */
export function got(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') {
    const text = quote(value);
    return text.startsWith('"') ? `the text ${text}` : text;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return quote(value);
  if (Array.isArray(value)) return `a list of ${entries(value.length)}`;
  return 'a mapping';
}
