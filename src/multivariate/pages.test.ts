import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as core from '../index.js';

const PARTS = ['Formula', 'Use it for', 'Not for', 'Range', 'Undetermined', 'Critical value', 'Cost', 'Source', 'Example'];
const folder = new URL('../../docs/multivariate/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const PAGES = readdirSync(folder).filter((file) => file !== 'README.md');

function run(program: string, expression: string): unknown {
  const imports = Object.keys(core).join(', ');
  const make = new Function('core', `const { ${imports} } = core; ${program} return ${expression};`) as (library: typeof core) => unknown;
  return make(core);
}

/** Numbers as far as they are more than rounding. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(9));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

describe.each(PAGES)('docs/multivariate/%s', (file) => {
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
  it.each([core.reconstructionError, core.domainClassifier])('has one for $name, with its least count', ({ name, countMin }) => {
    expect(read(`${name}.md`)).toContain(`\`countMin\` ${countMin}`);
  });

  it('names the limits', () => {
    expect(read('reconstruction-error.md')).toContain(`at most ${core.RECONSTRUCTION_FEATURES_MAX} of them`);
    expect(read('reconstruction-error.md')).toContain(`below ${core.RECONSTRUCTION_CHUNKS_MIN} chunks`);
    expect(read('reconstruction-error.md')).toContain(`the ${core.CODED_CATEGORIES_MAX.toLocaleString('en')} most frequent`);
    const [rows, columns] = [core.DOMAIN_ROWS_MAX.toLocaleString('en'), core.DOMAIN_COLUMNS_MAX];
    expect(read('domain-classifier.md')).toContain(`More than ${rows} rows together or ${columns} columns are refused`);
  });
});
