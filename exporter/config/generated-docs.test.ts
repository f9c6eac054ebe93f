import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { configPage } from './config-page.js';
import { generatedDocs } from './generated-docs.js';

const root = path.join(import.meta.dirname, '..', '..');

describe('pages and schemas made from the contracts', () => {
  it.each(generatedDocs().map((doc) => [doc.path, doc.text]))('%s is as generated; run `npm run generate`', async (file, text) => {
    expect(await readFile(path.join(root, file), 'utf8')).toBe(text);
  });

  it('the configuration page has a table for every mapping', () => {
    const titles = [...configPage().matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toContain('`models[].champion.upstream.mapping`');
    expect(titles).toContain('`models[].slices[]`');
    expect(titles[0]).toBe('Top level');
  });
});
