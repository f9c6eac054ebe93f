import { TOKEN_PREFIX } from '../security/token.js';

/** One thing wrong with a configuration, at the place where it stands. */
export interface Fault {
  readonly file: string;
  /** 1-based, as editors count. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** Where in the configuration: `models[0].champion.onnx`, or '' for the whole file. */
  readonly path: string;
  readonly message: string;
  /** What would have been right, for programs; the message says it too. */
  readonly expected?: string;
  /** The known key or value nearest to what was written. */
  readonly didYouMean?: string;
}

/** What was asked for, or every fault found on the way. */
export type LoadResult<Value, F = Fault> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly faults: readonly F[] };

/** Keys and indexes from the root to a value. */
export type Path = readonly (string | number)[];

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const QUOTED_CHARACTERS_MAX = 64;

/**
 * A path as one reads it.
 *
 * @example formatPath(['models', 0, 'inputs', 'a b']) // 'models[0].inputs["a b"]'
 */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!PLAIN_KEY.test(step)) text += `[${quote(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/**
 * Input as it may stand in a message: in quotes, control characters escaped, at most 64 characters. A text with an `@` is not shown, for
 * that is how credentials stand in a URL, nor one that begins as our tokens do.
 */
export function quote(value: string | number | boolean | bigint): string {
  if (typeof value !== 'string') return String(value);
  if (value.includes('@') || value.startsWith(TOKEN_PREFIX)) return 'a text not shown here';
  const short = value.length > QUOTED_CHARACTERS_MAX ? `${value.slice(0, QUOTED_CHARACTERS_MAX - 3)}...` : value;
  // JSON escapes C0 alone; DEL, C1, line separators and directional marks can forge a terminal line too.
  return JSON.stringify(short).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * One fault a line.
 *
 * @example 'modelwatch.yaml:12:5 models[0].champion: unknown key "onxx"; did you mean "onnx"?'
 */
export function formatFaults(faults: readonly Fault[]): string {
  return faults.map((fault) => `${fault.file}:${fault.line}:${fault.column} ${formatFault(fault)}\n`).join('');
}

function formatFault({ path, message, didYouMean }: Fault): string {
  const hint = didYouMean === undefined ? '' : `; did you mean ${quote(didYouMean)}?`;
  return `${path === '' ? '' : `${path}: `}${message}${hint}`;
}

/** Faults in the order of the file. */
export function byPosition(a: Fault, b: Fault): number {
  return a.line - b.line || a.column - b.column;
}
