import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { HEALTHY } from './healthy-models.js';
import { INCIDENTS } from './incidents/index.js';
import { page } from './page.js';
import { readResults } from './results.js';

const ROOT = path.join(import.meta.dirname, '..', '..');
const results = await readResults(path.join(import.meta.dirname, 'testdata', 'results.json'));
const committed = await readFile(path.join(ROOT, 'docs', 'simulation.md'), 'utf8');

describe('docs/simulation.md', () => {
  it('is made of the committed results', () => {
    expect(committed).toBe(page(results));
  });

  it('says of each model and each incident that was run whether its bars are kept', () => {
    const rows = committed.split('\n').filter((line) => /^\| [a-z0-9-]+ \|/.test(line) && !/^\| (?:model|incident|---) /.test(line));
    expect(rows.length).toBe(results.healthy.length + results.incidents.length);
    for (const row of rows) expect(row).toMatch(/\| (?:yes|no) \|$/);
  });

  it('tells of models and incidents that there are', () => {
    const names = HEALTHY.map(({ name }) => name);
    expect(results.healthy.map(({ model }) => model).filter((name) => !names.includes(name))).toEqual([]);
    expect(results.incidents.map(({ incident }) => incident).filter((name) => !INCIDENTS.some((each) => each.name === name))).toEqual([]);
  });
});

it('there are twenty healthy models, low traffic among them, and twelve incidents, each with a seed and a name of its own', () => {
  expect(HEALTHY.length).toBe(20);
  expect(HEALTHY.filter(({ requestsPerSecond }) => requestsPerSecond <= 0.1).length).toBeGreaterThanOrEqual(5);
  expect(INCIDENTS.length).toBe(12);
  const models = [...HEALTHY, ...INCIDENTS.map(({ model }) => model)];
  expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
  expect(new Set(models.map(({ seed }) => seed)).size).toBe(models.length);
});
