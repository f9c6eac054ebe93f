import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as core from './index.js';

/** The parts whose examples answer with a value of JavaScript and need nothing but what the core exports. */
const FOLDERS = ['contracts', 'math', 'binning', 'sketches', 'statistics', 'quality'];

const EXAMPLES = FOLDERS.flatMap((folder) => {
  const at = path.join(import.meta.dirname, folder);
  const files = readdirSync(at).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return files.flatMap((file) =>
    [...readFileSync(path.join(at, file), 'utf8').matchAll(/@example (.+) \/\/ (.+)/g)].map(([, expression, answer]) => ({
      file: `${folder}/${file}`,
      expression: expression!,
      answer: answer!,
    })),
  );
});

function evaluate(expression: string): unknown {
  const run = new Function('core', `const { ${Object.keys(core).join(', ')} } = core; return (${expression});`) as (
    library: typeof core,
  ) => unknown;
  return run(core);
}

describe('the examples of the core', () => {
  it.each(EXAMPLES)('$file: $expression', ({ expression, answer }) => {
    const [actual, expected] = [evaluate(expression), evaluate(answer)];
    if (typeof expected === 'number') expect(actual).toBeCloseTo(expected, 12);
    else expect(actual).toEqual(expected);
  });

  it('are found', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(9);
  });
});
