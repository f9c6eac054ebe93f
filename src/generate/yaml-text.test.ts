import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { toYaml } from './yaml-text.js';
import type { YamlValue } from './yaml-text.js';

/** Text that YAML likes to misread, beside arbitrary text. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        'a',
        'b:c',
        ': ',
        ' ',
        '\n',
        '#',
        ' #',
        '- ',
        '"',
        "'",
        '\\',
        '{{ $value }}',
        '|',
        '>',
        '%',
        '\t',
        '\r',
        '\u0085',
        '\u2028',
        '1',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '',
    'yes',
    'No',
    'on',
    'null',
    '~',
    '1',
    '1e3',
    '0x1f',
    '1_000',
    '012',
    '1:30',
    '.5',
    '-',
    '1h',
    '1h30m',
    '2001-01-01',
    'true',
    '<<',
    '=',
    '---',
    '__proto__x',
  ),
);

const value: fc.Arbitrary<YamlValue> = fc.letrec<{ value: YamlValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

const wellFormed = (part: YamlValue): YamlValue => {
  if (typeof part === 'string') return part.toWellFormed();
  if (Array.isArray(part)) return part.map(wellFormed);
  if (typeof part === 'object')
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [key.toWellFormed(), wellFormed(entry)]));
  return part;
};

describe('toYaml', () => {
  it('is read back as the same value by YAML 1.2 and by YAML 1.1', () => {
    fc.assert(
      fc.property(value, (original) => {
        const yaml = toYaml(original);
        for (const version of ['1.2', '1.1'] as const) {
          expect(parse(yaml, { version, uniqueKeys: false })).toEqual(wellFormed(original));
        }
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('keeps expressions readable in literal blocks', () => {
    expect(toYaml({ record: 'a:b:c', expr: 'sum(\n  x\n)', for: '5m' })).toBe('record: a:b:c\nexpr: |-\n  sum(\n    x\n  )\nfor: 5m\n');
  });

  it('quotes what a parser would not read as text', () => {
    expect(toYaml(['yes', '1', 'a: b', '', 'plain words', 'tail '])).toBe('- "yes"\n- "1"\n- "a: b"\n- ""\n- plain words\n- "tail "\n');
  });

  it('refuses numbers that are none', () => {
    expect(() => toYaml({ limit: NaN })).toThrow('a finite number was expected, got NaN');
  });
});
