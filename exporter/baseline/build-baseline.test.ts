import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Baseline, CategoricalBaselineFeature, NumericBaselineFeature } from '@modelwatch/core';
import fc from 'fast-check';
import { BaselineError } from './baseline-error.js';
import { buildBaseline } from './build-baseline.js';
import type { BaselineOptions } from './build-baseline.js';
import { csvRows } from './csv-rows.js';
import { formatBaseline } from './format-baseline.js';
import { readBaseline } from './read-baseline.js';
import type { Cell, Row } from './row.js';

const baseOptions: BaselineOptions = {
  model: 'trips',
  version: '1',
  outputColumn: 'score',
  createdAt: '2026-01-31T00:00:00Z',
  tool: 'modelwatch 0.1.0',
  sources: () => [],
};

async function* chunk(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}

const built = (text: string, options: Partial<BaselineOptions> = {}): Promise<Baseline> =>
  buildBaseline(csvRows(chunk(text), 'x.csv', { delimiter: ',' }), { ...baseOptions, ...options });

/** Rows of cells with their types, as JSON lines and Parquet have them. */
async function* typedRows(...cells: readonly Readonly<Record<string, Cell>>[]): AsyncGenerator<Row, void, undefined> {
  for (const [index, row] of cells.entries()) {
    yield { number: index + 1, columns: Object.keys(row), cells: Object.values(row), isTyped: true };
  }
}

const builtTyped = (...cells: readonly Readonly<Record<string, Cell>>[]): Promise<Baseline> =>
  buildBaseline(typedRows(...cells), baseOptions);

/** A column `x` beside outputs of 0.5. */
const columnX = (values: readonly (string | number)[]): string => `x,score\n${values.map((value) => `${value},0.5\n`).join('')}`;

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'a baseline',
    (error: unknown) => (error instanceof BaselineError ? `${error.code}: ${error.message}` : String(error)),
  );

describe('the training data of the flights', () => {
  interface Golden {
    readonly cases: {
      readonly numeric: readonly (NumericBaselineFeature & { readonly next: readonly number[] })[];
      readonly categorical: readonly CategoricalBaselineFeature[];
      readonly quality: Readonly<Record<string, number>>;
    };
  }
  const example = (name: string): string => path.join(import.meta.dirname, '../examples/flights', name);
  const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8')) as unknown;
  const goldenFile = (): Promise<unknown> => read(path.join(import.meta.dirname, 'testdata/training.golden.json'));

  it('has the counts, edges and moments of NumPy', async () => {
    const { cases } = (await goldenFile()) as Golden;
    const { features, output } = (await read(example('baseline.json'))) as Baseline;
    const byName = new Map([...features, output].map((feature) => [feature.name, feature]));
    expect(byName.size).toBe(cases.numeric.length + cases.categorical.length);
    for (const golden of cases.numeric) {
      const feature = byName.get(golden.name) as NumericBaselineFeature;
      expect([feature.name, feature.counts, feature.missing]).toEqual([golden.name, golden.counts, golden.missing]);
      // Edges lie between the quantile, which is a value, and the next greater value.
      expect(feature.edges.map((edge, index) => edge >= golden.edges[index]! && edge < golden.next[index]!)).toEqual(
        golden.edges.map(() => true),
      );
      const { mean, m2, ...exact } = golden.moments;
      expect(feature.moments).toMatchObject(exact);
      expect(Math.abs(feature.moments.mean! - mean!)).toBeLessThan(1e-9 * Math.abs(mean!));
      expect(Math.abs(feature.moments.m2 - m2)).toBeLessThan(1e-9 * m2);
    }
    for (const golden of cases.categorical) expect(byName.get(golden.name)).toEqual({ ...golden, kind: 'categorical' });
  });

  it('has the quality of scikit-learn', async () => {
    const { cases } = (await goldenFile()) as Golden;
    const { quality = {} } = (await read(example('baseline.json'))) as Baseline;
    expect(Object.keys(quality).sort()).toEqual(Object.keys(cases.quality).sort());
    for (const [name, value] of Object.entries(cases.quality)) {
      expect([name, Math.abs(quality[name]! - value) < 1e-9]).toEqual([name, true]);
    }
  });
});

describe('bins', () => {
  it.each<[string, (string | number)[], number[], number[]]>([
    ['a value each where there are few', [1, 2, 2, 3, 3, 3], [1.5, 2.5], [1, 2, 3]],
    ['two of a constant, the edge above it', [5, 5, 5], [5.00002], [3, 0]],
    ['two of a constant 0', [0, 0], [0], [2, 0]],
    ['the sign of the values', [-3, -1, -1, 2], [-2, 0.5], [1, 2, 1]],
    ['missing values left out', ['', 1, 'NaN', 'nan', 'null', 2], [1.5], [1, 1]],
  ])('hold %s', async (_name, values, edges, counts) => {
    const { features } = await built(columnX(values));
    expect(features[0]).toMatchObject({ kind: 'numeric', edges, counts });
  });

  it('are at most ten, of about as many values each', async () => {
    const { features } = await built(columnX(Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1000)));
    expect(features[0]).toMatchObject({ counts: Array.from({ length: 10 }, () => 100) });
  });

  it('hold a value and its nearest 32-bit float alike', async () => {
    const values = [0.1, 0.2, 0.3, 0.7, 1.1];
    const { features } = await built(columnX(values));
    const { edges } = features[0] as NumericBaselineFeature;
    const binOf = (value: number): number => edges.filter((edge) => edge < value).length;
    expect(values.map((value) => binOf(Math.fround(value)))).toEqual([0, 1, 2, 3, 4]);
  });

  it('count every value once, whatever the values', async () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(''));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 40 }), async (values) => {
        fc.pre(values.some((one) => one !== ''));
        const baseline = await built(columnX(values));
        const { counts, missing, moments } = baseline.features[0] as NumericBaselineFeature;
        expect(counts.reduce((sum, count) => sum + count, missing)).toBe(values.length);
        expect(moments.count).toBe(values.length - missing);
        const again = readBaseline(formatBaseline(baseline), 'x.json');
        expect(again).toEqual({ ok: true, value: baseline });
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('categories', () => {
  it('the twenty most frequent have bins, the others are known', async () => {
    const values = Array.from({ length: 25 }, (_, index) => Array<string>(index < 20 ? 3 : 1).fill(`c${String(index).padStart(2, '0')}`));
    const { features } = await built(columnX(values.flat()));
    expect(features[0]).toEqual({
      name: 'x',
      kind: 'categorical',
      categories: values.slice(0, 20).map(([name]) => name),
      known: ['c20', 'c21', 'c22', 'c23', 'c24'],
      counts: [...Array<number>(20).fill(3), 5, 0],
      missing: 0,
    });
  });

  it('as many as a baseline holds are all known to it', async () => {
    const baseline = await built(columnX(Array.from({ length: 10_020 }, (_, index) => `id${index}`)));
    expect(baseline.features[0]!.counts.slice(-2)).toEqual([10_000, 0]);
    expect(readBaseline(formatBaseline(baseline), 'x.json')).toMatchObject({ ok: true });
  });

  it('codes among texts are categories, and numbers where they are said to be', async () => {
    expect((await built(columnX(['9E', 'AA', 7, '']))).features[0]).toMatchObject({
      categories: ['7', '9E', 'AA'],
      counts: [1, 1, 1, 0, 0],
      missing: 1,
    });
    const kinds = new Map([['x', 'categorical']] as const);
    expect((await built(columnX([2, 1, 2]), { kinds })).features[0]).toMatchObject({ categories: ['2', '1'], counts: [2, 1, 0, 0] });
  });

  it('booleans are 1 and 0, written or typed', async () => {
    const written = await built('x,score\nTrue,0.5\nfalse,0.5\ntrue,0.5\n');
    const typed = await builtTyped({ x: true, score: 0.5 }, { x: false, score: 0.5 }, { x: true, score: 0.5 });
    expect(written.features).toEqual(typed.features);
    expect(written.features[0]).toMatchObject({ kind: 'numeric', edges: [0.5], counts: [1, 2] });
    expect((await built(columnX(['yes', 'true', 'no']))).features[0]).toMatchObject({ categories: ['no', 'true', 'yes'] });
    expect((await builtTyped({ x: 'true', score: 0.5 })).features[0]).toMatchObject({ categories: ['true'] });
  });
});

describe('missing values', () => {
  it('are the tokens said to be, and keys that a row does not have', async () => {
    const { features } = await built(columnX([1, 'NA', -999, 2]), { missingTokens: ['NA', '-999'] });
    expect(features[0]).toMatchObject({ missing: 2, counts: [1, 1], moments: { count: 2, min: 1, max: 2 } });
    const typed = await builtTyped({ x: 1, y: 'a', score: 0.5 }, { score: 0.5, x: 2 }, { y: null, score: 0.5 });
    expect(typed.features.map(({ name, missing }) => [name, missing])).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
  });
});

describe('golden rows', () => {
  const rows = Array.from({ length: 500 }, (_, row) => [
    row === 313 ? '' : row,
    row === 77 ? '' : 'ab'[row % 2],
    row % 10 === 3 ? '' : row / 500,
  ]);
  const text = `x,c,score\n${rows.map((row) => `${row.join(',')}\n`).join('')}`;

  it('are a hundred over the whole file, in order, each with the output it had', async () => {
    const { goldenRows } = await built(text);
    expect(goldenRows.features).toHaveLength(100);
    expect(goldenRows.toleranceAbsolute).toBe(1e-5);
    const numbers = goldenRows.features.map(([x], index) => (x === null ? 313 : Number(x ?? goldenRows.outputs[index])));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(100);
    expect(goldenRows.outputs).toEqual(numbers.map((row) => row / 500));
    expect(numbers[0]).toBeLessThan(10);
    expect(numbers.at(-1)).toBeGreaterThan(490);
  });

  it('have a row for each feature that is missing somewhere, beside an output', async () => {
    const { goldenRows } = await built(text);
    // Row 313 has no output, so that it cannot be compared.
    expect(goldenRows.features.filter(([x]) => x === null)).toEqual([]);
    expect(goldenRows.features.filter(([, c]) => c === null)).toEqual([[77, null]]);
  });

  it.each([
    [0, 0],
    [1, 1],
    [7, 7],
    [1000, 450],
  ])('where %i are wanted, %i are kept', async (wanted, kept) => {
    const { goldenRows } = await built(text, { goldenRows: wanted, toleranceAbsolute: 0.5 });
    expect([goldenRows.features.length, goldenRows.outputs.length, goldenRows.toleranceAbsolute]).toEqual([kept, kept, 0.5]);
  });
});

describe('provenance', () => {
  it('names what the baseline was made from, by what, and when', async () => {
    const file = { name: 'x.csv', digest: `sha256:${'0'.repeat(64)}`, rows: 2 };
    const modelDigest = `sha256:${'f'.repeat(64)}`;
    const baseline = await built(columnX([1, 2]), { sources: () => [file], modelDigest });
    expect(baseline).toMatchObject({ schemaVersion: 1, model: 'trips', version: '1' });
    expect(baseline.provenance).toEqual({
      createdAt: '2026-01-31T00:00:00Z',
      rows: 2,
      files: [file],
      modelDigest,
      tool: 'modelwatch 0.1.0',
    });
  });

  it('the same rows make the same bytes', async () => {
    const text = columnX(Array.from({ length: 50 }, (_, index) => Math.sin(index)));
    expect(formatBaseline(await built(text))).toBe(formatBaseline(await built(text)));
  });

  it('features stand in the order wanted', async () => {
    const text = 'b,a,score,c\n1,2,0.5,3\n';
    expect((await built(text)).features.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
    expect((await built(text, { features: ['c', 'b'] })).features.map(({ name }) => name)).toEqual(['c', 'b']);
    expect((await built(text, { ignoredColumns: ['a'] })).features.map(({ name }) => name)).toEqual(['b', 'c']);
  });
});

describe('what makes no baseline is refused with its reason', () => {
  it.each<[string, string, Partial<BaselineOptions>, string]>([
    ['no rows', 'x,score\n', {}, 'rows_none: there are no rows'],
    [
      'too many rows',
      columnX([1, 2]),
      { rowsMax: 1 },
      'rows_too_many: there are more than 1 rows; a baseline needs no more, so sample them',
    ],
    [
      'too many values',
      columnX([1, 2]),
      { cellsMax: 3 },
      'cells_too_many: there are more than 3 values by row 2; sample the rows or ignore columns',
    ],
    ['no output', 'x,y\n1,2\n', {}, 'column_missing: there is no column "score"; the columns are "x", "y"'],
    ['a mistyped column', columnX([1]), { groundTruthColumn: 'scor' }, 'column_missing: there is no column "scor"; did you mean "score"?'],
    ['one ignored', 'item,score\n1,1\n', { ignoredColumns: ['ite'] }, 'column_missing: there is no column "ite"; did you mean "item"?'],
    ['no feature', columnX([1]), { ignoredColumns: ['x'] }, 'column_missing: no column is left as a feature'],
    ['a feature twice', columnX([1]), { features: ['x', 'x'] }, 'option_invalid: the column "x" is named for two things'],
    ['the output as a feature', columnX([1]), { features: ['score'] }, 'option_invalid: the column "score" is named for two things'],
    ['one column for two', columnX([1]), { groundTruthColumn: 'score' }, 'option_invalid: output and ground truth are one column'],
    ['no values', columnX(['', 'NaN']), {}, 'column_without_values: column "x" has no values; ignore it'],
    [
      'a word among numbers',
      columnX([...Array<number>(40).fill(1), 'oops']),
      {},
      'column_mixed: column "x" is numeric, but 1 of its 41 values are no numbers, the first in row 41: "oops"; correct them, say which text ' +
        'means missing, or say that the column is categorical',
    ],
    ['an infinite value', columnX([1, 'inf']), {}, 'value_not_finite: column "x", row 2: an infinite value has no bin; mark it as missing'],
    [
      'a number beyond range',
      columnX([1, '1e999']),
      {},
      'value_not_finite: column "x", row 2: an infinite value has no bin; mark it as missing',
    ],
    ['a reserved category', columnX(['a', '__other__']), {}, 'category_reserved: column "x": the category "__other__" is a reserved name'],
    [
      'a long category',
      columnX(['a'.repeat(257)]),
      {},
      `value_too_long: column "x": "${'a'.repeat(61)}..." has more than 256 characters; group it, or ignore the column`,
    ],
    [
      'identifiers',
      columnX(Array.from({ length: 10_021 }, (_, index) => `id${index}`)),
      {},
      'categories_too_many: column "x" has more than 10020 categories by row 10021; group them, or ignore the column',
    ],
    [
      'a long column name',
      `${'x'.repeat(129)},score\n1,0.5\n`,
      {},
      `column_name_invalid: the column name "${'x'.repeat(61)}..." has none or more than 128 characters`,
    ],
    ['a model without a name', columnX([1]), { model: '' }, 'option_invalid: the model "" is not a name that a label can hold'],
    ['a version with a slash', columnX([1]), { version: 'a/b' }, 'option_invalid: the version "a/b" is not a name that a label can hold'],
    ['half a golden row', columnX([1]), { goldenRows: 0.5 }, 'option_invalid: golden rows: 0 to 1000 are kept, got 0.5'],
    ['too many golden rows', columnX([1]), { goldenRows: 1001 }, 'option_invalid: golden rows: 0 to 1000 are kept, got 1001'],
    ['no tolerance', columnX([1]), { toleranceAbsolute: 0 }, 'option_invalid: the tolerance of golden rows lies above 0, got 0'],
    ['a threshold beyond 1', columnX([1]), { threshold: 50 }, 'option_invalid: the threshold lies in 0..1, got 50'],
    ...['2026-02-30T00:00:00Z', '2026-01-31', '2026-01-31T00:00:00+01:00', 'now'].map(
      (createdAt): [string, string, Partial<BaselineOptions>, string] => [
        `the time ${createdAt}`,
        columnX([1]),
        { createdAt },
        `option_invalid: the time of creation is one in UTC such as 2026-01-31T00:00:00Z, got "${createdAt}"`,
      ],
    ),
  ])('%s', async (_name, text, options, expected) => expect(await codeOf(built(text, options))).toBe(expected));

  it.each<[string, Readonly<Record<string, Cell>>[], string]>([
    ['a list', [{ x: [1], score: 1 }], 'value_unsupported: column "x", row 1: a list or an object is no feature; ignore the column'],
    ['an object', [{ x: {}, score: 1 }], 'value_unsupported: column "x", row 1: a list or an object is no feature; ignore the column'],
    [
      'a large integer',
      [{ x: 2n ** 60n + 7n, score: 1 }],
      `value_inexact: column "x", row 1: ${2n ** 60n + 7n} has no exact value as a number; ignore the column, or store it as a text`,
    ],
    [
      'texts among numbers',
      [
        { x: 1, score: 1 },
        { x: 'a', score: 1 },
      ],
      'column_mixed: column "x" is numeric, but 1 of its 2 values are no numbers, the first in row 2: "a"; correct them, say which text means ' +
        'missing, or say that the column is categorical',
    ],
    ['a nameless column', [{ '': 1, score: 1 }], 'column_name_invalid: the column name "" has none or more than 128 characters'],
    [
      'too many columns',
      [Object.fromEntries(Array.from({ length: 10_003 }, (_, index) => [`c${index}`, 1]))],
      'columns_too_many: there are more than 10002 columns',
    ],
  ])('%s', async (_name, rows, expected) => expect(await codeOf(builtTyped(...rows))).toBe(expected));
});
