import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as core from '../index.js';

const folder = new URL('../../docs/explain/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const PAGES = readdirSync(folder).filter((file) => file !== 'README.md');
const PARTS = ['Formula', 'Use it for', 'Not for', 'Range', 'Undetermined', 'Cost', 'Source', 'Example'];

/** A program of several lines whose value is its last expression. It may wait. */
async function run(program: string, expression: string): Promise<unknown> {
  const imports = Object.keys(core).join(', ');
  const make = new Function('core', `const { ${imports} } = core; return async () => { ${program} return ${expression}; };`) as (
    library: typeof core,
  ) => () => Promise<unknown>;
  return make(core)();
}

/** Typed arrays as the lists that a page writes, and numbers as far as they are more than rounding. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (ArrayBuffer.isView(value)) return plain(Array.from(value as Float64Array));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

describe.each(PAGES)('docs/explain/%s', (file) => {
  const page = read(file);

  it('has every part, in order', () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, part]) => part)).toEqual(PARTS);
  });

  it('has an example that says what the code answers', async () => {
    const code = /## Example\n[^]*?```ts\n([^]*?)```/.exec(page)?.[1] ?? '';
    const [, program, expression, answer] = /^([^]*?)([^\n]+); \/\/ (.+)\n$/.exec(code) ?? [];
    expect(plain(await run(program!, expression!))).toEqual(plain(await run('', answer!)));
  });

  it('stands in the index under its title', () => {
    const [, title] = /^# (.+)\n/.exec(page) ?? [];
    expect(read('README.md')).toContain(`\n| [${title!}](${file}) | `);
  });
});

describe('the folder of pages', () => {
  it.each(core.ATTRIBUTION_STATISTICS)('has one for $name, with its least count', ({ name, countMin }) => {
    expect(read(`${name}.md`)).toContain(`\`countMin\` ${countMin}`);
  });
});
