import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BaselineError } from './baseline-error.js';
import { openRows } from './open-rows.js';
import type { RowOptions } from './open-rows.js';
import type { Cell } from './row.js';

const parquet = path.join(import.meta.dirname, 'testdata', 'trips.parquet');
const everything: RowOptions = { rowsMax: 1000, isWanted: () => true };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-rows-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
};

/** Rows as lists of [column, cell]; or the code and message of the error, with the folder left out. */
async function read(file: string, options: RowOptions = everything): Promise<readonly (readonly (readonly [string, Cell])[])[] | string> {
  const rows: (readonly [string, Cell])[][] = [];
  try {
    for await (const { columns, cells } of openRows(file, options).rows) {
      rows.push(columns.map((column, index) => [column, cells[index]] as const));
    }
    return rows;
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    return `${error.code}: ${error.message.replaceAll(`${folder}/`, '')}`;
  }
}

const readText = async (name: string, content: string | Uint8Array): Promise<unknown> => read(await written(name, content));

describe('CSV', () => {
  const rows = [
    [
      ['a', '1'],
      ['b c', 'x,"y"\nz'],
    ],
    [
      ['a', ''],
      ['b c', ' w '],
    ],
  ];

  it.each([
    ['as it is', 'a,b c\n1,"x,""y""\nz"\n, w \n'],
    ['with a byte-order mark, CRLF and an empty last line', '\ufeffa,b c\r\n1,"x,""y""\nz"\r\n, w \r\n\r\n'],
  ])('%s', async (_name, text) => expect(await readText('a.csv', text)).toEqual(rows));

  it('gzipped, and with tabs', async () => {
    expect(await readText('a.csv.gz', gzipSync('a,b c\n1,"x,""y""\nz"\n, w \n'))).toEqual(rows);
    expect(await readText('a.tsv', 'a\tb\n1,5\t2\n')).toEqual([
      [
        ['a', '1,5'],
        ['b', '2'],
      ],
    ]);
  });

  it.each([
    ['a short row', 'a,b\n1,2\n3\n', 'csv_invalid: x.csv:3: 2 columns need as many values, got 1'],
    ['a long row', 'a,b\n1,2,3\n', 'csv_invalid: x.csv:2: 2 columns need as many values, got 3'],
    ['an open quote in the header', 'a,"b\n1,2\n', 'csv_invalid: x.csv: a quote opened in the header is not closed'],
    ['an open quote', 'a,b\n1,"2\n3,4\n', 'csv_invalid: x.csv: a quote opened in row 1 is not closed'],
    [
      'an endless record',
      `a\n"${'x'.repeat(2_000_000)}`,
      'csv_invalid: x.csv: row 1 has more than 1048576 characters; is a quote left open?',
    ],
    [
      'a quote within a value',
      'a,b\n1,x"y\n',
      'csv_invalid: x.csv:2: a quote stands within a value; values with quotes are quoted, their quotes doubled',
    ],
    ['a column twice', 'a,b,a\n1,2,3\n', 'column_name_invalid: column 3 of x.csv has the name "a" of an earlier one'],
    ['a column without a name', ',a\n0,1\n', 'column_name_invalid: column 1 of x.csv has no name'],
    ['Latin-1', Buffer.from('a\n\xe9\n', 'latin1'), 'encoding_invalid: x.csv is not UTF-8'],
    ['half a character at the end', Buffer.from([0x61, 0x0a, 0xc3]), 'encoding_invalid: x.csv is not UTF-8'],
  ])('refuses %s', async (_name, text, expected) => expect(await readText('x.csv', text)).toBe(expected));

  it('refuses gzip that is cut off, none, or a bomb', async () => {
    const whole = gzipSync('a,b\n'.repeat(10_000));
    expect(await readText('cut.csv.gz', whole.subarray(0, whole.length - 9))).toBe('gzip_invalid: cut.csv.gz is not a whole gzip file');
    expect(await readText('no.csv.gz', 'a,b\n1,2\n')).toBe('gzip_invalid: no.csv.gz is not a whole gzip file');
    const bomb = await written('bomb.csv.gz', gzipSync(Buffer.alloc(50_000_000, 'a,b\n')));
    expect(await read(bomb, { ...everything, inflatedBytesMax: 100_000 })).toBe(
      'gzip_too_large: bomb.csv.gz inflates to more than 100000 bytes',
    );
  });
});

describe('JSON lines', () => {
  it('reads typed values, and rows that differ in their keys', async () => {
    const text = '{"a":1,"b":"2"}\r\n\n{"b":null,"__proto__":true}\n{"a":[1]}';
    expect(await readText('a.jsonl', text)).toEqual([
      [
        ['a', 1],
        ['b', '2'],
      ],
      [
        ['b', null],
        ['__proto__', true],
      ],
      [['a', [1]]],
    ]);
  });

  it.each([
    ['a broken line', '{"a":1}\n{"a":\n', 'json_lines_invalid: x.ndjson:2: not valid JSON'],
    ['a list', '[1,2]\n', 'json_lines_invalid: x.ndjson:1: an object keyed by column is needed on each line'],
    ['deep nesting', `{"a":${'['.repeat(100_000)}`, 'json_lines_invalid: x.ndjson:1: lists and objects nest deeper than 16 levels'],
    ['a line without end', `{"a":"${'x'.repeat(3_000_000)}`, 'json_lines_invalid: x.ndjson:1: a line has more than 1048576 characters'],
    ['bytes that are not UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), 'encoding_invalid: x.ndjson is not UTF-8'],
  ])('refuses %s', async (_name, text, expected) => expect(await readText('x.ndjson', text)).toBe(expected));
});

describe('Parquet', () => {
  it('reads every kind of value over all row groups', async () => {
    const rows = await read(parquet);
    if (typeof rows === 'string') throw new Error(rows);
    expect(rows).toHaveLength(300);
    expect(Object.fromEntries(rows[7]!)).toEqual({
      id: 2n ** 60n + 7n,
      distance: null,
      seats: 4n,
      fare: 0.73,
      city: 'Bonn',
      night: false,
      started: Date.UTC(2026, 0, 1) / 1000 + 7.5,
      day: Date.UTC(2026, 0, 1) / 1000,
      tags: ['a'],
      truth: 1,
      score: Math.fround(0.7),
    });
    expect(Object.fromEntries(rows[299]!)).toMatchObject({ distance: 74.75, fare: 29.93, city: 'Čáslav', seats: 4n });
    // 29.93 is 2993 / 100 and not 2993 x 0.01, for every row.
    expect(rows.map((row) => Object.fromEntries(row)['fare'])).toEqual(rows.map((_row, index) => (index * 10 + 3) / 100));
  });

  it('reads only the columns wanted', async () => {
    const rows = await read(parquet, { ...everything, isWanted: (name) => name === 'seats' });
    if (typeof rows === 'string') throw new Error(rows);
    expect(rows[0]).toHaveLength(11);
    expect(rows[0]!.slice(0, 2)).toEqual([
      ['seats', 1n],
      ['id', undefined],
    ]);
    expect(rows.every((row) => row.slice(1).every(([, cell]) => cell === undefined))).toBe(true);
  });

  it('refuses more rows than the limit before reading them', async () => {
    expect(await read(parquet, { ...everything, rowsMax: 299 })).toMatch(
      /^rows_too_many: .* has 300 rows, at most 299 are read; sample it$/,
    );
  });

  it('refuses a damaged file, wherever it is damaged', async () => {
    const whole = await readFile(parquet);
    expect(await readText('none.parquet', 'a,b\n1,2\n')).toMatch(/^parquet_invalid: /);
    expect(await readText('cut.parquet', whole.subarray(0, whole.length / 2))).toMatch(/^parquet_invalid: /);
    for (let offset = 4; offset < whole.length; offset += 211) {
      const damaged = Buffer.from(whole);
      damaged[offset] = damaged[offset]! ^ 0xff;
      const rows = await readText('damaged.parquet', damaged);
      if (typeof rows === 'string') expect(rows).toMatch(/^(parquet_invalid|rows_too_many|column_name_invalid): /);
    }
  });
});

describe('any format', () => {
  it.each([['a.txt'], ['a.parquet.gz'], ['a']])('refuses the name %s', (name) => {
    expect(() => openRows(name, everything)).toThrow(`${name} ends in none of .csv, .tsv, .jsonl, .ndjson`);
  });

  it.each([['absent.csv'], ['absent.jsonl.gz'], ['absent.parquet']])('refuses %s', async (name) => {
    expect(await read(path.join(folder, name))).toBe(`file_unreadable: ${name} cannot be read (ENOENT)`);
  });

  it.each([
    ['f.csv', 'a,b\n1,2\n3,4\n'],
    ['f.jsonl', '{"a":1}\n{"a":2}\n'],
    ['f.csv.gz', gzipSync('a,b\n1,2\n3,4\n')],
  ])('records name, digest and rows of %s', async (name, content) => {
    const source = openRows(await written(name, content), everything);
    for await (const row of source.rows) expect(row.number).toBeGreaterThan(0);
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    expect(source.source()).toEqual({ name, digest, rows: 2 });
  });

  it('records the digest of a Parquet file too', async () => {
    const source = openRows(parquet, everything);
    for await (const row of source.rows) expect(row.cells).toHaveLength(11);
    const digest = `sha256:${createHash('sha256')
      .update(await readFile(parquet))
      .digest('hex')}`;
    expect(source.source()).toEqual({ name: 'trips.parquet', digest, rows: 300 });
  });
});
