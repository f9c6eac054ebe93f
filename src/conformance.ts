import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as core from './index.js';

const PARTS = ['Formula', 'Use it for', 'Not for', 'Range', 'Undetermined', 'Cost', 'Source', 'Example'];
const DIGITS = 12;

/** The value of a program of several lines, its last expression, with all that the core exports. It may wait. */
export async function run(program: string, expression: string): Promise<unknown> {
  const imports = Object.keys(core).join(', ');
  const make = new Function('core', `const { ${imports} } = core; return async () => { ${program} return ${expression}; };`) as (
    library: typeof core,
  ) => () => Promise<unknown>;
  return make(core)();
}

/** Typed arrays as the lists that a page writes, and numbers as far as they are more than rounding. */
export function plain(value: unknown, digits = DIGITS): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(digits));
  if (ArrayBuffer.isView(value)) return plain(Array.from(value as Float64Array), digits);
  if (Array.isArray(value)) return value.map((entry) => plain(entry, digits));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry, digits)]));
}

/** Reads a page of a folder under `docs`. */
export const readPage = (folder: string, file: string): string =>
  readFileSync(new URL(`../docs/${folder}/${file}`, import.meta.url), 'utf8');

/** The pages of a folder under `docs`, its index aside. */
export const pagesOf = (folder: string): readonly string[] =>
  readdirSync(new URL(`../docs/${folder}/`, import.meta.url)).filter((file) => file !== 'README.md');

/** What pages of a folder under `docs` promise: every part, an example that says what the code answers, a place in the index. */
export function testPages(
  folder: string,
  {
    pages = pagesOf(folder),
    parts = PARTS,
    digits = DIGITS,
  }: { pages?: readonly string[]; parts?: readonly string[]; digits?: number } = {},
): void {
  describe.each(pages)(`docs/${folder}/%s`, (file) => {
    const page = readPage(folder, file);

    it('has every part, in order', () => {
      expect([...page.matchAll(/^## (.+)$/gm)].map(([, part]) => part)).toEqual(parts);
    });

    it('has an example that says what the code answers', async () => {
      const code = /## Example\n[^]*?```ts\n([^]*?)```/.exec(page)?.[1] ?? '';
      const [, program, expression, answer] = /^([^]*?)([^\n]+); \/\/ (.+)\n$/.exec(code) ?? [];
      expect(plain(await run(program!, expression!), digits)).toEqual(plain(await run('', answer!), digits));
    });

    it('stands in the index under its title', () => {
      const [, title] = /^# (.+)\n/.exec(page) ?? [];
      expect(readPage(folder, 'README.md')).toContain(`\n| [${title!}](${file}) | `);
    });
  });
}
