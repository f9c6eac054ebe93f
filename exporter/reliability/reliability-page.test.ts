import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '..', '..');
const page = await readFile(path.join(ROOT, 'docs', 'reliability.md'), 'utf8');
const tests = (await readdir(import.meta.dirname)).filter((name) => /^p\d\d-.+\.test\.ts$/.test(name));
const idOf = (name: string) => `P${Number(name.slice(1, 3))}`;

it('names each promise with its test, and no other', () => {
  const listed = [...page.matchAll(/^\| (P\d+) +\| .+\[(p\d\d-\S+)\]\(\.\.\/exporter\/reliability\/\2\)/gm)].map(([, id, name]) => [
    id,
    name,
  ]);
  expect(listed).toEqual(tests.toSorted().map((name) => [idOf(name), name]));
});

it('tells of full runs, in which nothing but promises of these names was looked at', () => {
  const [, found = ''] = page.split('## What full runs found');
  const ids = new Set([...found.matchAll(/^\| (P\d+|registry) +\|/gm)].map(([, id]) => id));
  expect([...ids].filter((id) => id !== 'registry' && !tests.map(idOf).includes(id!))).toEqual([]);
});

it.each(['README.md', 'ARCHITECTURE.md', 'SECURITY.md'])('has a test of each promise that %s names', async (file) => {
  const named = [...(await readFile(path.join(ROOT, file), 'utf8')).matchAll(/\bP\d{1,2}\b/g)].map(([id]) => id);
  expect(named.filter((id) => !tests.map(idOf).includes(id))).toEqual([]);
});
