import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom, type DomainReport } from '@modelwatch/core';
import { Command } from 'commander';
import { FLIGHTS } from '../contract/test-sidecar.js';
import { addDomainCommand } from './domain-cli.js';

async function domain(...words: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const writing = (to: keyof typeof said) => ({ write: (text: string) => (said[to] += text) });
  const codes: number[] = [];
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => (said.stderr += text) });
  addDomainCommand(program, { stdout: writing('stdout'), stderr: writing('stderr') }, (code) => codes.push(code));
  await program.parseAsync(['domain', ...words], { from: 'user' }).catch(() => codes.push(-1));
  return { code: codes[0], ...said };
}

describe('modelwatch domain', () => {
  let folder: string;
  const fileOf = async (name: string, rows: number, row: (random: () => number) => string, seed = 1) => {
    const random = seededRandom(seed);
    const file = path.join(folder, name);
    await writeFile(file, ['id,amount,country', ...Array.from({ length: rows }, (_, i) => `${i},${row(random)}`), ''].join('\n'));
    return file;
  };
  const usual = (random: () => number) => `${(random() * 100).toFixed(2)},${random() < 0.5 ? 'de' : 'fr'}`;
  const moved = (random: () => number) => `${(random() * 100 + 40).toFixed(2)},${random() < 0.5 ? 'de' : 'fr'}`;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-domain-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('tells drifted rows apart, says by what, and ends with 1 where the bar is reached', async () => {
    const [reference, current] = [await fileOf('usual.csv', 300, usual), await fileOf('moved.csv', 200, moved, 2)];
    const words = [current, '--reference', reference, '--ignore', 'id'];
    const { code, stdout, stderr } = await domain(...words);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^AUC 0\.\d{3} \(0\.\d{3} to [01]\.\d{3} at 95 %\): the rows can be told apart; 0\.\d{3} is passed by chance at 0\.001\n300 reference rows, 200 current rows\n/,
    );
    expect(stdout).toMatch(/amount +0\.\d{3} +beyond chance\n +country +0\.\d{3}\n$/);
    expect((await domain(...words, '--auc-max', '0.65')).code).toBe(1);
    expect((await domain(...words, '--auc-max', '0.99')).code).toBe(0);
  });

  it('finds nothing between rows of one kind, and gives the same answer for the same seed', async () => {
    const [reference, current] = [await fileOf('a.csv', 400, usual, 3), await fileOf('b.csv', 400, usual, 4)];
    const words = [current, '--reference', reference, '--ignore', 'id', '--json', '--auc-max', '0.51', '--rows-max', '200'];
    const first = await domain(...words);
    expect([first.code, first.stderr]).toEqual([0, '']);
    const report = JSON.parse(first.stdout) as DomainReport & { readonly seed: number };
    expect([report.seed, report.referenceRows, report.currentRows]).toEqual([1, 200, 200]);
    expect(report.interval!.lower).toBeLessThan(0.5);
    expect((await domain(...words)).stdout).toBe(first.stdout);
    expect((await domain(...words, '--seed', '2')).stdout).not.toBe(first.stdout);
  });

  it('knows summer from winter in the flights, by the temperature', async () => {
    const { code, stdout } = await domain(
      ...[path.join(FLIGHTS, 'live.csv'), '--reference', path.join(FLIGHTS, 'training.csv')],
      ...['--baseline', path.join(FLIGHTS, 'baseline.json'), '--rows-max', '600', '--json', '--auc-max', '0.65'],
    );
    const report = JSON.parse(stdout) as DomainReport;
    expect([code, report.features.length, report.features[0]!.name]).toEqual([1, 15, 'temp']);
    expect(report.reading).toMatchObject({ kind: 'measured' });
  });

  it.each<[string, readonly string[], string]>([
    [
      'too few rows',
      ['few.csv', '--reference', 'usual.csv', '--ignore', 'id'],
      'at least 100 rows of either side are needed, got 300 and 99',
    ],
    ['a file that is not there', ['usual.csv', '--reference', 'none.csv'], 'none.csv'],
    ['a column that is missing', ['other.csv', '--reference', 'usual.csv', '--ignore', 'id'], 'the current rows have no column "country"'],
    ['a column of another kind', ['words.csv', '--reference', 'usual.csv', '--ignore', 'id'], 'column "amount" is numeric'],
    ['no column left', ['usual.csv', '--reference', 'usual.csv', '--ignore', 'id,amount,country'], 'the reference has no columns'],
    ['a baseline that is none', ['usual.csv', '--reference', 'usual.csv', '--baseline', 'usual.csv'], 'not valid JSON'],
  ])('ends with 2 for %s', async (_what, words, message) => {
    await fileOf('usual.csv', 300, usual);
    await fileOf('few.csv', 99, usual);
    await fileOf('words.csv', 300, () => 'much,de');
    await writeFile(path.join(folder, 'other.csv'), `id,amount\n${'1,2\n'.repeat(200)}`);
    const { code, stderr } = await domain(...words.map((word) => (word.includes('.') ? path.join(folder, word) : word)));
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each([
    ['--seed', '-1'],
    ['--seed', '1e3'],
    ['--rows-max', '99'],
    ['--rows-max', '25001'],
    ['--significance', '0'],
    ['--auc-max', '0.5'],
    ['--auc-max', 'x'],
  ])('refuses %s %s', async (flag, value) => {
    const { code, stderr } = await domain('a.csv', '--reference', 'b.csv', flag, value);
    expect([code, stderr]).toEqual([-1, expect.stringContaining('It must be')]);
  });
});
