import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Baseline } from '@modelwatch/core';
import { Command } from 'commander';
import { addBaselineCommand } from '../baseline/baseline-cli.js';
import { loadBaseline, readBaseline } from '../baseline/read-baseline.js';
import { checkCommand } from '../config/check-command.js';
import { digestOfValue } from '../security/value-digest.js';
import { startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/** Values of the private features; none may be found anywhere. */
const CITIES = ['secret-berlin', 'secret-paris', 'secret-oslo'];
const SALARIES = [91_731.25, 17.0625];
const SECRETS = [...CITIES, 'secret-new', ...SALARIES.map(String)];

let folder: string;
let sidecar: TestSidecar | undefined;
const place = (name: string) => path.join(folder, name);
const rows = Array.from({ length: 300 }, (_, i) => {
  const salary = SALARIES[i] ?? 1000 + i;
  return { city: CITIES[i % 6 === 0 ? 0 : 1 + (i % 2)]!, salary, age: 20 + (i % 40), score: (i % 10) / 10 };
});

async function make(out: string, ...options: string[]) {
  let [said, code] = ['', undefined as number | undefined];
  const take = { write: (text: string) => (said += text) };
  const program = new Command('modelwatch').exitOverride();
  addBaselineCommand(program, { stdout: take, stderr: take }, (ended) => (code = ended));
  const named = ['--model', 'm', '--version-name', '1', '--output-column', 'score', '--out', place(out)];
  await program.parseAsync(['baseline', place('rows.csv'), ...named, ...options], { from: 'user' });
  return { code, said };
}
const configuration = (baseline: string, hidden: string, more = '') => `
store: { path: ${place('kept.db')} }
snapshots: { window: 1m }
models:
  - name: m
    private: [${hidden}]
    champion: { version: '1', baseline: ${place(baseline)} }
${more}`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-private-'));
  const names = Object.keys(rows[0]!);
  await writeFile(place('rows.csv'), [names.join(), ...rows.map((row) => Object.values(row).join())].join('\n'));
});
afterAll(async () => {
  await sidecar?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('private features', () => {
  it('have no values in the baseline, and none in what its maker is told', async () => {
    const { code, said } = await make('private.json', '--private', 'city,salary');
    expect(code).toBe(0);
    const text = await readFile(place('private.json'), 'utf8');
    for (const secret of SECRETS) expect([secret, text.includes(secret), said.includes(secret)]).toEqual([secret, false, false]);
    const { features, goldenRows, reconstruction } = JSON.parse(text) as Baseline;
    expect(goldenRows.features).toEqual([]);
    const city = features.find(({ name }) => name === 'city') as Extract<Baseline['features'][number], { kind: 'categorical' }>;
    expect(city.categories).toEqual(city.categories.filter((category) => /^hash:[\w-]{16}$/.test(category)));
    expect(city.categories).toHaveLength(3);
    expect(JSON.stringify(reconstruction)).toContain(city.categories[0]);
    const again = await make('again.json', '--private', 'city,salary');
    expect(again.code).toBe(0);
    expect(await readFile(place('again.json'), 'utf8')).not.toContain(city.categories[0]);
  });

  it('keep rows of values only where that is said', async () => {
    const refused = await make('none.json', '--private', 'city', '--golden-rows', '5');
    expect([refused.code, refused.said]).toEqual([2, expect.stringContaining('--keep-private-rows')]);
    expect((await make('rows.json', '--private', 'city', '--keep-private-rows', '--golden-rows', '5')).code).toBe(0);
    const kept = await loadBaseline(place('rows.json'));
    expect(kept.ok && kept.value.goldenRows.features.flat()).toContain(CITIES[0]);
    expect((await make('none.json', '--private', 'town')).said).toContain('"town"');
  });

  it('are refused in a file that says so and has values all the same', async () => {
    const baseline = JSON.parse(await readFile(place('private.json'), 'utf8')) as { features: Record<string, unknown>[] };
    const at = (name: string) => baseline.features.findIndex((feature) => feature['name'] === name);
    const city = baseline.features[at('city')]!;
    (city['categories'] as string[])[1] = 'Bonn';
    (baseline.features[at('salary')]!['moments'] as Record<string, number>)['max'] = 1299;
    const read = readBaseline(JSON.stringify(baseline), 'made.json');
    expect(!read.ok && read.faults.map(({ pointer, message }) => [pointer, message])).toEqual([
      [`/features/${at('city')}/categories/1`, 'the categories of a private feature are digests'],
      [`/features/${at('salary')}/moments/max`, 'of a private feature null stands here: the number is a value'],
    ]);
    city['private'] = { salt: 'short' };
    expect(readBaseline(JSON.stringify(baseline), 'made.json').ok).toBe(false);
  });

  it('are refused where configuration and baseline do not agree, and as slices', async () => {
    await make('plain.json');
    const said = async (text: string) => {
      await writeFile(place('check.yaml'), text);
      let told = '';
      const take = { write: (line: string) => (told += line) };
      return { code: await checkCommand(place('check.yaml'), { stdout: take, stderr: take }), told };
    };
    const holds = await said(configuration('plain.json', 'city'));
    expect([holds.code, holds.told]).toEqual([2, expect.stringContaining('"city" is private, and the baseline holds its values')]);
    const unnamed = await said(configuration('private.json', 'city'));
    expect([unnamed.code, unnamed.told]).toEqual([2, expect.stringContaining('"salary" is private in the baseline')]);
    const sliced = await said(configuration('private.json', 'city, salary', '    slices: [{ name: city }]'));
    expect([sliced.code, sliced.told]).toEqual([2, expect.stringContaining('the values of a slice are shown')]);
    expect((await said(configuration('private.json', 'city, salary'))).code).toBe(0);
    const misspelt = await said(configuration('plain.json', 'citi'));
    expect([misspelt.code, misspelt.told]).toEqual([2, expect.stringContaining('did you mean "city"')]);
    await expect(startTestSidecar(configuration('plain.json', 'city'))).rejects.toThrow('the baseline holds its values');
  });

  it('are asked for again at a reload that names one more', async () => {
    const running = await startTestSidecar(configuration('plain.json', '').replace('kept.db', 'reload.db'));
    try {
      const more = await running.configOf(configuration('plain.json', 'city').replace('kept.db', 'reload.db'));
      await expect(running.sidecar.reload(more)).rejects.toThrow('the baseline holds its values');
    } finally {
      await running.close();
    }
  });

  it('are counted by bin, and found nowhere by value', async () => {
    sidecar = await startTestSidecar(configuration('private.json', 'city, salary'));
    const events = [
      ...CITIES.map((city, i) => ({ model: 'm', id: `e${i}`, features: { city, salary: SALARIES[0], age: 30 }, output: 0.5 })),
      { model: 'm', id: 'e3', features: { city: 'secret-new', salary: 1e9, age: null }, output: 0.5 },
    ];
    const answer = await sidecar.post('/v1/predictions', JSON.stringify(events));
    expect([answer.status, String(answer.body)]).toEqual([200, expect.any(String)]);
    const loaded = await loadBaseline(place('private.json'));
    const city = loaded.ok ? loaded.value.features.find(({ name }) => name === 'city')! : undefined;
    const { salt } = city!.private as { salt: string };
    const bin = (value: string) => `modelwatch_feature_bin_total{model="m",version="1",feature="city",bin="${value}"}`;
    for (const name of CITIES) {
      const digest = digestOfValue('city', name, Buffer.from(salt, 'hex'));
      await until(async () => (await sidecar!.series(bin(digest))) === 1);
    }
    expect(await sidecar.series(bin('__unseen__'))).toBe(1);
    expect(await sidecar.series('modelwatch_feature_out_of_range_total{model="m",version="1",feature="salary"}')).toBe(0);
    expect(await sidecar.series('modelwatch_schema_errors_total{model="m",version="1",feature="city",kind="wrong_type"}')).toBe(0);
    await sidecar.sidecar.drain();
    const files = (await readdir(folder)).filter((name) => name.startsWith('kept.db'));
    const bytes = Buffer.concat(await Promise.all(files.map((name) => readFile(place(name)))));
    expect(bytes.includes('hash:')).toBe(true);
    for (const secret of SECRETS.slice(0, 4)) expect([secret, bytes.includes(secret)]).toEqual([secret, false]);
  });

  it('stand in no scrape and in no answer of models and distributions', async () => {
    sidecar = await startTestSidecar(configuration('private.json', 'city, salary'));
    for (const route of [
      '/metrics',
      '/v1/models',
      '/v1/models/m/distributions?feature=city',
      '/v1/models/m/distributions?feature=salary',
    ]) {
      const text = await (await fetch(`${sidecar.url}${route}`)).text();
      for (const secret of SECRETS) expect([route, secret, text.includes(secret)]).toEqual([route, secret, false]);
    }
    const text = await (await fetch(`${sidecar.url}/v1/models/m/distributions?feature=city`)).text();
    expect(text).toContain('hash:');
  });
});
