import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as core from '../index.js';
import { testPages } from '../conformance.js';

testPages('rollout');

const here = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

describe('the folder', () => {
  it('has a page for every unit that has golden values', () => {
    const pages = readdirSync(new URL('../../docs/rollout/', import.meta.url));
    const golden = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.golden.json'));
    expect(golden.map((file) => file.replace('.golden.json', '.md')).filter((page) => !pages.includes(page))).toEqual([]);
  });

  it('has a page of the verdict that names every criterion, and the criteria as they are', () => {
    const page = here('../../docs/rollout/verdict.md');
    expect(core.CRITERIA.filter((criterion) => !page.includes(`\`${criterion}\``))).toEqual([]);
    const rows = Object.entries(core.ROLLOUT_CRITERIA).map(([name, value]) => `| \`${name}\` | ${value} |`);
    expect(rows.filter((row) => !page.includes(`\n${row}`))).toEqual([]);
  });

  it('has an example in the code that says what it answers', () => {
    const [, expression, answer] = /@example (.+) \/\/ (.+)/.exec(here('verdict-text.ts')) ?? [];
    const evaluate = (text: string) => new Function('core', `const { verdictText } = core; return (${text});`)(core) as unknown;
    expect(evaluate(expression!)).toBe(evaluate(answer!));
  });
});
