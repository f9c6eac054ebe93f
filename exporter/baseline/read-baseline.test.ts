import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Baseline } from '@modelwatch/core';
import fc from 'fast-check';
import { formatBaselineFaults } from './baseline-fault.js';
import { formatBaseline } from './format-baseline.js';
import { BASELINE_BYTES_MAX, loadBaseline, readBaseline } from './read-baseline.js';

const testdata = path.join(import.meta.dirname, 'testdata');
const invalid = await readdir(path.join(testdata, 'invalid'));
const valid = await readdir(path.join(testdata, 'valid'));
const expected = (await readFile(path.join(testdata, 'invalid-faults.txt'), 'utf8')).split(/(?<=\n)/);
const plain = await readFile(path.join(testdata, 'valid', 'plain.json'), 'utf8');

const faultsOf = (source: string | Uint8Array, name = 'x.json'): string => {
  const result = readBaseline(source, name);
  return result.ok ? '' : formatBaselineFaults(result.faults);
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-read-baseline-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('an invalid baseline is refused with every fault and its place', () => {
  it('has a corpus worth the name, each file with its faults', () => {
    expect(invalid.length).toBeGreaterThanOrEqual(150);
    expect([...new Set(expected.map((line) => /^.*?\.json/.exec(line)?.[0]))].sort()).toEqual(invalid.toSorted());
  });

  it.each(invalid)('%s', async (name) => {
    const source = await readFile(path.join(testdata, 'invalid', name));
    const lines = expected.filter((line) => line.startsWith(`${name}:`) || line.startsWith(`${name} `));
    expect(faultsOf(source, name)).toBe(lines.join(''));
  });

  it('too long to be read', async () => {
    const words = `${BASELINE_BYTES_MAX + 1} bytes, at most ${BASELINE_BYTES_MAX} are read`;
    expect(faultsOf(new Uint8Array(BASELINE_BYTES_MAX + 1))).toBe(`x.json: the file has ${words}\n`);
    const file = path.join(folder, 'long.json');
    const handle = await open(file, 'w');
    await handle.truncate(BASELINE_BYTES_MAX + 1);
    await handle.close();
    expect(await loadBaseline(file)).toEqual({ ok: false, faults: [{ file, pointer: '', message: `the file has ${words}` }] });
  });

  it.each([
    ['absent.json', 'the file cannot be read (ENOENT)'],
    ['.', 'the file is no regular file'],
  ])('%s', async (name, message) => {
    const file = path.join(folder, name);
    expect(await loadBaseline(file)).toEqual({ ok: false, faults: [{ file, pointer: '', message }] });
  });

  it('with a thousand faults, and how many more there are', () => {
    const baseline = JSON.parse(plain) as { features: unknown[] };
    const many = JSON.stringify({ ...baseline, features: Array.from({ length: 1500 }, () => 7), goldenRows: 7 });
    const result = readBaseline(many, 'x.json');
    expect(result.ok ? [] : result.faults).toHaveLength(1001);
    expect(result.ok ? undefined : result.faults.at(-1)).toEqual({ file: 'x.json', pointer: '', message: 'and 501 more faults' });
  });

  it('in lines that a terminal can show, with little of what was written', () => {
    for (const line of expected) expect(line).toMatch(/^[\x20-\x7e]{1,300}\n$/);
  });

  it('and never by an exception, however the text is damaged', () => {
    const bytes = Buffer.from(plain);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(40), fc.uint8Array({ maxLength: 4 }), (at, removed, inserted) => {
        const damaged = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
        const result = readBaseline(damaged, 'x.json');
        if (!result.ok) expect(result.faults.length).toBeGreaterThan(0);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('and never by an exception, whatever stands in place of a value', () => {
    const whole = JSON.parse(plain) as Baseline;
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, at: (string | number)[]): void => {
      if (at.length > 0) paths.push(at);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, entry] of Object.entries(value)) walk(entry, [...at, Array.isArray(value) ? Number(key) : key]);
    };
    walk(whole, []);
    const strange: readonly unknown[] = [null, true, -1, 1e308, '', 'x', [], [null], {}, { kind: 'numeric' }, [[]], { __proto__: 1 }];
    for (const at of paths) {
      for (const value of strange) {
        const copy = structuredClone(whole) as unknown as Record<string | number, unknown>;
        const holder = at.slice(0, -1).reduce((inner, step) => inner[step] as Record<string | number, unknown>, copy);
        holder[at.at(-1)!] = value;
        const result = readBaseline(JSON.stringify(copy), 'x.json');
        if (!result.ok) expect(result.faults.length).toBeGreaterThan(0);
      }
    }
    expect(paths.length).toBeGreaterThan(60);
  });
});

describe('a valid baseline', () => {
  it.each(valid)('%s', async (name) => {
    expect(faultsOf(await readFile(path.join(testdata, 'valid', name)), name)).toBe('');
  });

  it('is the same from a text and from its bytes, and after it was written again', async () => {
    const file = path.join(folder, 'again.json');
    const first = readBaseline(plain, 'x.json');
    if (!first.ok) throw new Error(formatBaselineFaults(first.faults));
    await writeFile(file, formatBaseline(first.value));
    expect(await loadBaseline(file)).toEqual(first);
    expect(readBaseline(`\ufeff${plain}`, 'x.json')).toEqual(first);
    expect(readBaseline(Buffer.from(`\ufeff${plain}`), 'x.json')).toEqual(first);
  });
});
