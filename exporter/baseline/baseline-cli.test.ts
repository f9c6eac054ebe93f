import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Baseline } from '@modelwatch/core';
import { Command, CommanderError } from 'commander';
import { addBaselineCommand } from './baseline-cli.js';
import { openRows } from './open-rows.js';
import type { Cell } from './row.js';

const parquet = path.join(import.meta.dirname, 'testdata', 'trips.parquet');
const clock = { nowSeconds: () => Date.UTC(2026, 0, 31) / 1000, monotonicSeconds: () => 0 };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-baseline-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a program would; paths of the folder are written without it. */
async function run(...words: readonly string[]): Promise<Ended> {
  let [code, stdout, stderr] = [undefined as number | undefined, '', ''];
  const program = new Command('modelwatch')
    .exitOverride()
    .configureOutput({ writeErr: (text) => (stderr += text), writeOut: (text) => (stdout += text) });
  const output = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: (text: string) => (stderr += text) } };
  addBaselineCommand(program, output, (ended) => (code = ended), clock);
  try {
    await program.parseAsync(['baseline', ...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    stderr += `(${error.code})`;
  }
  return { code, stdout: stdout.replaceAll(`${folder}/`, ''), stderr: stderr.replaceAll(`${folder}/`, '') };
}

const inFolder = (name: string): string => path.join(folder, name);
const written = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(inFolder(name), content);
  return inFolder(name);
};
const named = ['--model', 'trips', '--version-name', '7', '--output-column', 'score'];
const readBack = async (name: string): Promise<Baseline> => JSON.parse(await readFile(inFolder(name), 'utf8')) as Baseline;

describe('the same data make the same baseline', () => {
  const unfit = new Set(['id', 'tags']);

  async function trips(): Promise<readonly (readonly (readonly [string, Cell])[])[]> {
    const rows: (readonly [string, Cell])[][] = [];
    for await (const { columns, cells } of openRows(parquet, { rowsMax: 1000, isWanted: (name) => !unfit.has(name) }).rows) {
      rows.push(cells.map((cell, index) => [columns[index]!, cell] as const));
    }
    return rows;
  }

  const csvCell = (cell: Cell): string => (typeof cell === 'boolean' ? (cell ? 'True' : 'False') : String(cell ?? ''));
  const jsonCell = (cell: Cell): Cell => (typeof cell === 'bigint' ? Number(cell) : cell);

  it('from CSV, TSV, JSON lines, each with gzip too, and Parquet', async () => {
    const rows = await trips();
    const separated = (by: string): string =>
      [rows[0]!.map(([name]) => name), ...rows.map((row) => row.map(([, cell]) => csvCell(cell)))]
        .map((row) => `${row.join(by)}\n`)
        .join('');
    const lines = rows.map((row) => `${JSON.stringify(Object.fromEntries(row.map(([name, cell]) => [name, jsonCell(cell)])))}\n`).join('');
    const files = [
      parquet,
      await written('trips.csv', separated(',')),
      await written('trips.csv.gz', gzipSync(separated(','))),
      await written('trips.tsv', separated('\t')),
      await written('trips.jsonl', lines),
      await written('trips.ndjson.gz', gzipSync(lines)),
    ];
    const baselines: Baseline[] = [];
    for (const file of files) {
      const ended = await run(file, ...named, '--ground-truth-column', 'truth', '--ignore', 'id,tags', '--out', inFolder('trips.json'));
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      baselines.push(await readBack('trips.json'));
    }
    const [first, ...others] = baselines;
    expect(first!.features.map(({ name, kind, missing }) => [name, kind, missing])).toEqual([
      ['distance', 'numeric', 6],
      ['seats', 'numeric', 0],
      ['fare', 'numeric', 0],
      ['city', 'categorical', 5],
      ['night', 'numeric', 0],
      ['started', 'numeric', 0],
      ['day', 'numeric', 0],
    ]);
    for (const [index, other] of others.entries()) {
      const file = files[index + 1]!;
      const digest = `sha256:${createHash('sha256')
        .update(await readFile(file))
        .digest('hex')}`;
      expect(other.provenance.files).toEqual([{ name: path.basename(file), digest, rows: 300 }]);
      expect({ ...other, provenance: first!.provenance }).toEqual(first);
    }
  });

  it('from one file and from its halves', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => `${index},${index / 100}\n`);
    const whole = await written('whole.csv', `x,score\n${rows.join('')}`);
    const head = await written('head.csv', `x,score\n${rows.slice(0, 30).join('')}`);
    const tail = await written('tail.csv', `x,score\n${rows.slice(30).join('')}`);
    await run(whole, ...named, '--out', inFolder('whole.json'));
    await run(head, tail, ...named, '--out', inFolder('halves.json'));
    const [one, two] = [await readBack('whole.json'), await readBack('halves.json')];
    expect(two.provenance.files.map(({ name, rows: count }) => [name, count])).toEqual([
      ['head.csv', 30],
      ['tail.csv', 70],
    ]);
    expect({ ...two, provenance: one.provenance }).toEqual(one);
  });
});

describe('modelwatch baseline', () => {
  const text = `x,code,note,score\n${Array.from({ length: 200 }, (_, index) => `${index % 9 === 0 ? 'NA' : index},${index % 3},n${index},${index % 2}\n`).join('')}`;

  it('says what it found, and where it is', async () => {
    const file = await written('x.csv', text);
    const ended = await run(file, ...named, '--ignore', 'note', '--missing', 'NA,-', '--categorical', 'code', '--out', inFolder('x.json'));
    expect(ended).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'feature        kind         bins  missing  range or top categories',
        'x              numeric      10    11.50 %  1 .. 199',
        'code           categorical  5     0.00 %   0, 1, 2',
        'output: score  numeric      2     0.00 %   0 .. 1',
        'no evaluation rows: there will be no estimate before ground truth, no prediction skew and no drift of ground truth; give rows that the model was not fitted on by --evaluation',
        '200 rows, 100 golden rows; written to x.json',
        '',
      ].join('\n'),
    });
    const { provenance } = await readBack('x.json');
    expect(provenance).toMatchObject({
      createdAt: '2026-01-31T00:00:00.000Z',
      rows: 200,
      tool: expect.stringMatching(/^modelwatch \d+\.\d+\.\d+$/),
    });
  });

  it('takes every option', async () => {
    const file = await written('all.txt', `a,b,c,score,late\n${'1,2,3,0.4,1\n2,3,4,0.7,0\n'.repeat(100)}`);
    const model = await written('model.onnx', 'a model');
    const ended = await run(
      ...[file, ...named, '--ground-truth-column', 'late', '--features', 'c,a', '--numeric', 'a', '--categorical', 'c'],
      ...['--output-kind', 'probability', '--threshold', '0.3', '--golden-rows', '5', '--tolerance', '0.001', '--format', 'csv'],
      ...['--model-file', model, '--created-at', '2026-01-01T00:00:00Z', '--out', inFolder('all.json')],
    );
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { features, goldenRows, provenance, quality } = await readBack('all.json');
    expect(features.map(({ name, kind }) => [name, kind])).toEqual([
      ['c', 'categorical'],
      ['a', 'numeric'],
    ]);
    expect(goldenRows).toMatchObject({ toleranceAbsolute: 0.001, outputs: { length: 5 } });
    // At a threshold of 0.3 all 200 are predicted positive, and half of them are.
    expect(quality).toMatchObject({ precision: 0.5, recall: 1, accuracy: 0.5 });
    expect(provenance).toMatchObject({
      createdAt: '2026-01-01T00:00:00Z',
      modelDigest: `sha256:${createHash('sha256').update('a model').digest('hex')}`,
    });
  });

  it('has a page that names each of its options, and no other', async () => {
    const page = await readFile(path.join(import.meta.dirname, '../../docs/recipes/make-a-baseline.md'), 'utf8');
    const named = [...page.matchAll(/^\| (`--.*?) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/--[a-z-]+/g)].map(String));
    const { stdout } = await run('--help');
    const options = [...stdout.matchAll(/^ {2}(--[a-z-]+) /gm)].map(([, option]) => option!);
    expect(named.toSorted()).toEqual(options.toSorted());
  });

  it('explains itself with an example', async () => {
    const { stdout } = await run('--help');
    expect(stdout).toContain('Usage: modelwatch baseline [options] <files...>');
    expect(stdout).toContain('modelwatch baseline training.csv --model flights-late');
  });

  it.each<[string, string[], string]>([
    ['without files', [...named, '--out', 'x'], "error: missing required argument 'files'\n(commander.missingArgument)"],
    ['without --out', ['x.csv', ...named], "error: required option '--out <file>' not specified\n(commander.missingMandatoryOptionValue)"],
    [
      'with a word for a number',
      ['x.csv', ...named, '--golden-rows', 'many'],
      "error: option '--golden-rows <count>' argument 'many' is invalid. a number is needed.\n(commander.invalidArgument)",
    ],
    [
      'with an unknown kind',
      ['x.csv', ...named, '--output-kind', 'class'],
      "error: option '--output-kind <kind>' argument 'class' is invalid. Allowed choices are probability, regression.\n(commander.invalidArgument)",
    ],
    [
      'with a mistyped option',
      ['x.csv', ...named, '--out', 'x', '--ignored', 'a'],
      "error: unknown option '--ignored'\n(Did you mean --ignore?)\n(commander.unknownOption)",
    ],
  ])('used %s leaves the fault to the program', async (_name, words, stderr) => {
    expect(await run(...words)).toEqual({ code: undefined, stdout: '', stderr });
  });
});

describe('a fault ends with code 2, one sentence, and nothing written', () => {
  beforeEach(() => written('good.csv', 'x,score\n1,0.5\n2,0.5\n'));

  it.each<[string, string, string[], string]>([
    ['a file that is not there', 'absent.csv', [], 'absent.csv cannot be read (ENOENT)'],
    ['a folder', '.', ['--format', 'csv'], '. cannot be read (EISDIR)'],
    ['an unknown ending', 'good.xlsx', [], 'good.xlsx ends in none of .csv, .tsv, .jsonl, .ndjson (each also with .gz) and .parquet'],
    [
      'another format',
      'good.csv',
      ['--format', 'parquet'],
      'good.csv is not a Parquet file that can be read: "parquet file invalid (footer != PAR1)"',
    ],
    ['another delimiter', 'good.csv', ['--format', 'jsonl'], 'good.csv:1: not valid JSON'],
    ['a mistyped feature', 'good.csv', ['--features', 'scor'], 'there is no column "scor"; did you mean "score"?'],
    ['a mistyped feature beside one not wanted', 'good.csv', ['--features', 'X2'], 'there is no column "X2"; did you mean "x"?'],
    ['a kind for no column', 'good.csv', ['--numeric', 'distance'], 'there is no column "distance"; the columns are "x", "score"'],
    [
      'two kinds for a column',
      'good.csv',
      ['--numeric', 'x', '--categorical', 'x'],
      'the column "x" is named as categorical and as numeric',
    ],
    ['a model file that is not there', 'good.csv', ['--model-file', 'absent.onnx'], 'absent.onnx cannot be read (ENOENT)'],
    ['a bad time', 'good.csv', ['--created-at', 'today'], 'the time of creation is one in UTC such as 2026-01-31T00:00:00Z, got "today"'],
    ['a bad threshold', 'good.csv', ['--threshold', '2'], 'the threshold lies in 0..1, got 2'],
  ])('%s', async (_name, file, words, sentence) => {
    const at = words.indexOf('--model-file') + 1;
    const placed = words.map((word, index) => (at > 0 && index === at ? inFolder(word) : word));
    const given = file === '.' ? folder : inFolder(file);
    const ended = await run(given, ...named, ...placed, '--out', inFolder('bad.json'));
    const shown = ended.stderr.replace(folder, '.');
    expect({ ...ended, stderr: shown }).toEqual({ code: 2, stdout: '', stderr: `modelwatch baseline: ${sentence}\n` });
    expect(await readdir(folder)).not.toContain('bad.json');
  });

  it('a mistyped feature of a Parquet file', async () => {
    const ended = await run(parquet, ...named, '--features', 'distanse', '--out', inFolder('bad.json'));
    expect(ended.stderr).toBe('modelwatch baseline: there is no column "distanse"; did you mean "distance"?\n');
  });

  it.each(['good.csv', './good.csv', 'link.csv', 'model.bin'])('an output that is the input %s, which stays as it was', async (out) => {
    await written('model.bin', 'a model');
    await rm(inFolder('link.csv'), { force: true });
    await symlink(inFolder('good.csv'), inFolder('link.csv'));
    const before = await readFile(inFolder(out), 'utf8');
    const ended = await run(inFolder('good.csv'), ...named, '--model-file', inFolder('model.bin'), '--out', `${folder}/${out}`);
    expect(ended).toEqual({ code: 2, stdout: '', stderr: `modelwatch baseline: ${out} is an input; the baseline would replace it\n` });
    expect(await readFile(inFolder(out), 'utf8')).toBe(before);
  });
});

describe('the baseline is written whole or not at all', () => {
  beforeEach(() => written('good.csv', 'x,score\n1,0.5\n2,0.5\n'));

  it('over an older one', async () => {
    await written('old.json', 'x'.repeat(100_000));
    expect(await run(inFolder('good.csv'), ...named, '--out', inFolder('old.json'))).toMatchObject({ code: 0 });
    expect((await readBack('old.json')).model).toBe('trips');
  });

  it('and an older one stays where the data are at fault', async () => {
    await written('old.json', 'the old one');
    await written('bad.csv', 'x,score\n1,0.5\n2\n');
    expect(await run(inFolder('bad.csv'), ...named, '--out', inFolder('old.json'))).toMatchObject({ code: 2 });
    expect(await readFile(inFolder('old.json'), 'utf8')).toBe('the old one');
  });

  it.each([
    ['a folder that is not there', 'absent/x.json', 'ENOENT'],
    ['a path that is a folder', 'sub', 'EISDIR'],
  ])('and nothing is left behind for %s', async (_name, out, code) => {
    await mkdir(inFolder('sub/inner'), { recursive: true });
    const before = await readdir(folder);
    const ended = await run(inFolder('good.csv'), ...named, '--out', inFolder(out));
    expect(ended).toEqual({ code: 2, stdout: '', stderr: `modelwatch baseline: ${out} cannot be written (${code})\n` });
    expect(await readdir(folder)).toEqual(before);
  });
});
