import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pagesOf, plain, readPage, run, testPages } from '../../conformance.js';
import * as core from '../../index.js';

const read = (file: string) => readPage('quality', file);

testPages('quality', { pages: ['estimated-errors.md', 'estimated-quality.md', 'prediction-skew.md', 'quality-intervals.md'] });

describe('the folder of pages', () => {
  it('has no page without a row in the index', () => {
    const unlisted = pagesOf('quality').filter((file) => !read('README.md').includes(`](${file})`));
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

  it.each(examples)('$expression', async ({ expression, answer }) => {
    expect(plain(await run('', expression))).toEqual(plain(await run('', answer)));
  });
});
