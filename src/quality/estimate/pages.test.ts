import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as core from '../../index.js';

/** The pages of what this folder holds; others stand in the same folder of docs. */
const PAGES = ['estimated-quality.md', 'prediction-skew.md', 'quality-intervals.md'];
const PARTS = ['Formula', 'Use it for', 'Not for', 'Range', 'Undetermined', 'Cost', 'Source', 'Example'];
const folder = new URL('../../../docs/quality/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');

function run(program: string, expression: string): unknown {
  const imports = Object.keys(core).join(', ');
  const make = new Function('core', `const { ${imports} } = core; ${program} return ${expression};`) as (library: typeof core) => unknown;
  return make(core);
}

/** Numbers as far as they are more than rounding. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

describe.each(PAGES)('docs/quality/%s', (file) => {
  const page = read(file);

  it('has every part, in order', () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, part]) => part)).toEqual(PARTS);
  });

  it('has an example that says what the code answers', () => {
    const code = /## Example\n[^]*?```ts\n([^]*?)```/.exec(page)?.[1] ?? '';
    const [, program, expression, answer] = /^([^]*?)([^\n]+); \/\/ (.+)\n$/.exec(code) ?? [];
    expect(plain(run(program!, expression!))).toEqual(plain(run('', answer!)));
  });

  it('stands in the index under its title', () => {
    const [, title] = /^# (.+)\n/.exec(page) ?? [];
    expect(read('README.md')).toContain(`\n| [${title!}](${file}) | `);
  });
});

describe('the folder of pages', () => {
  it('has no page without a row in the index', () => {
    const unlisted = readdirSync(folder).filter((file) => file !== 'README.md' && !read('README.md').includes(`](${file})`));
    expect(unlisted).toEqual([]);
  });

  it('names the least counts', () => {
    expect(read('estimated-quality.md')).toContain(`below ${core.CALIBRATION_COUNT_MIN.toLocaleString('en')} predictions`);
    expect(read('estimated-quality.md')).toContain(`at most ${core.CALIBRATION_SCORE_BINS_MAX} bins`);
    for (const estimate of core.QUALITY_ESTIMATES) expect(read('estimated-quality.md')).toContain(`\`countMin\` ${estimate.countMin}`);
  });
});

describe('the examples of the code', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const examples = files.flatMap((file) =>
    [...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(/@example (.+) \/\/ (.+)/g)].map(([, expression, answer]) => ({
      expression: expression!,
      answer: answer!,
    })),
  );

  it.each(examples)('$expression', ({ expression, answer }) => {
    expect(plain(run('', expression))).toEqual(plain(run('', answer)));
  });
});
