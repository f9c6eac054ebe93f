/** What rule files hold: text, numbers, lists and maps. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** Words that YAML 1.1 or 1.2 reads as something other than text. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
const PLAIN = /^(?:[A-Za-z_](?:[!-9;-~]| (?=[^ #]))*|\d+(?:ms|[smhdwy]))$/;
/** Colons within a word are text; before a space or at the end they are not. */
const COLONS_INSIDE = /:(?=[A-Za-z0-9_])/g;
/** A line that a block scalar keeps as it is: printable ASCII, no space at its end. */
const BLOCK_LINE = /^(?: *[!-~](?:[ -~]*[!-~])?)?$/;
/** JSON leaves these as they are, but YAML 1.1 takes some for line breaks and forbids the others. */
const ESCAPED = /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * YAML text of a value, in block style with two spaces of indent, that YAML 1.1 (Prometheus) and YAML 1.2 parsers read back as the same value.
 * Text of several lines becomes a literal block where that is exact and a double-quoted scalar where it is not. Lone surrogates, which no YAML
 * can carry, become U+FFFD. Numbers are finite.
 *
 * @example toYaml({ groups: [{ name: 'a', limit: 1 }] }) // 'groups:\n  - name: a\n    limit: 1\n'
 */
export function toYaml(value: YamlValue): string {
  return `${nested(value, 0)}\n`;
}

function block(value: Exclude<YamlValue, string | number | boolean>, indent: number): string {
  const pad = ' '.repeat(indent);
  if (isList(value)) {
    // The first line of an entry stands behind its dash, the others below it.
    return value.map((entry) => `${pad}- ${nested(entry, indent + 2).trimStart()}`).join('\n');
  }
  return Object.entries(value)
    .map(([key, entry]) => {
      const separator = isScalar(entry) || isEmpty(entry) ? ' ' : '\n';
      return `${pad}${plainOrQuoted(key)}:${separator}${nested(entry, indent + 2)}`;
    })
    .join('\n');
}

function nested(value: YamlValue, indent: number): string {
  if (isScalar(value)) return scalar(value, indent);
  if (isEmpty(value)) return isList(value) ? '[]' : '{}';
  return block(value, indent);
}

function scalar(value: string | number | boolean, indent: number): string {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`a finite number was expected, got ${value}`);
    return String(value);
  }
  const lines = value.split('\n');
  const literal =
    lines.length > 1 &&
    lines[0] !== '' &&
    !lines[0]!.startsWith(' ') &&
    lines.at(-1) !== '' &&
    lines.every((line) => BLOCK_LINE.test(line));
  if (!literal || indent === 0) return plainOrQuoted(value);
  const pad = ' '.repeat(indent);
  return `|-\n${lines.map((line) => (line === '' ? '' : pad + line)).join('\n')}`;
}

function plainOrQuoted(text: string): string {
  if (PLAIN.test(text.replace(COLONS_INSIDE, '_')) && !RESERVED.test(text)) return text;
  return JSON.stringify(text.toWellFormed()).replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const isScalar = (value: YamlValue): value is string | number | boolean => typeof value !== 'object';
const isList = (value: YamlValue): value is readonly YamlValue[] => Array.isArray(value);
const isEmpty = (value: object): boolean => Object.keys(value).length === 0;
