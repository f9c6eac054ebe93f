import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ModelConfig } from '../contracts/index.js';
import { promString, selectAll, selectModels } from './selector.js';

const named = (names: readonly string[]): readonly ModelConfig[] => names.map((name) => ({ name }) as ModelConfig);

/** Text that PromQL strings or regular expressions take for something else, beside arbitrary text. */
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a.*+?()[\]{}|^$\\"'/-]{0,6}$/));

describe('a selector', () => {
  it('of all models names none', () => {
    expect(selectAll('up')).toBe('up');
    expect(selectAll('m', 'a="1"', 'b="2"')).toBe('m{a="1",b="2"}');
  });

  it('of one model is an equality, of several a regular expression', () => {
    expect(selectModels(named(['a.b']))('m')).toBe('m{model="a.b"}');
    expect(selectModels(named(['a.b', 'c']))('m', 'bin="0"')).toBe('m{model=~"a\\\\.b|c",bin="0"}');
  });

  it('matches its models and no others, whatever their names', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 2, maxLength: 5 }), text, (names, other) => {
        const matcher = /^m\{model=~(".*")\}$/s.exec(selectModels(named(names))('m'))![1]!;
        // Prometheus anchors the expression at both ends.
        const expression = new RegExp(`^(?:${JSON.parse(matcher) as string})$`, 's');
        for (const name of [...names, other]) expect(expression.test(name)).toBe(names.includes(name));
      }),
      { seed: 5 },
    );
  });

  it('quotes as PromQL reads it', () => {
    expect(promString('a"b\\c\nd')).toBe('"a\\"b\\\\c\\nd"');
  });
});
