import { CATEGORIES_MAX as BINNED_CATEGORIES_MAX, KNOWN_CATEGORIES_MAX, OTHER_BIN, UNSEEN_BIN } from '@modelwatch/core';
import { quote } from '../config/fault.js';
import { BaselineError } from './baseline-error.js';
import { parseBoolean, parseNumber } from './number-token.js';
import type { Cell } from './row.js';

export type ColumnKind = 'numeric' | 'categorical';

/** All values of one column, row by row. */
export type Column =
  | { readonly name: string; readonly kind: 'numeric'; /** NaN is missing. */ readonly values: Float64Array }
  | {
      readonly name: string;
      readonly kind: 'categorical';
      /** Distinct values, in the order of their first appearance. */
      readonly categories: readonly string[];
      /** Index into `categories` by row; -1 is missing. */
      readonly codes: Int32Array;
    };

export interface ColumnOptions {
  /** Where given, values that do not fit are an error; else the kind is that of the values. */
  readonly kind?: ColumnKind | undefined;
  readonly missingTokens: ReadonlySet<string>;
}

/** Takes the cells of one column, row after row. Rows passed over are missing. */
export interface ColumnReader {
  push(row: number, cell: Cell, isTyped: boolean): void;
  finish(rows: number): Column;
}

/** Distinct texts that a baseline holds: those with a bin of their own, and those behind `__other__`. With more, some of its own would be unseen. */
const CATEGORIES_MAX = BINNED_CATEGORIES_MAX + KNOWN_CATEGORIES_MAX;
const CATEGORY_CHARACTERS_MAX = 256;
/** In text, a column with fewer texts among its numbers than this share is a column of numbers with mistakes. */
const TEXT_RATIO_MIN = 0.05;

/**
 * A growing column. In text (CSV) numbers and categories are kept side by side until the kind is clear; the categories are given up once there
 * are too many, for then the column can only be one of numbers. Memory: 8 bytes a row, and 4 more while categories are kept.
 */
export function columnReader(name: string, { kind, missingTokens }: ColumnOptions): ColumnReader {
  let numbers = new Float64Array(1024).fill(NaN);
  let codes: Int32Array | undefined;
  const codeOf = new Map<string, number>();
  let overflowRow: number | undefined;
  let numberCount = 0;
  /** Texts such as `True`, which other formats have as booleans, thus as 1 and 0. */
  let booleanCount = 0;
  let textCount = 0;
  let typedNumberCount = 0;
  let firstText: { readonly row: number; readonly text: string } | undefined;

  const grow = (rows: number): void => {
    if (rows <= numbers.length) return;
    const size = Math.max(rows, numbers.length * 2);
    const grown = new Float64Array(size).fill(NaN);
    grown.set(numbers);
    numbers = grown;
    if (codes === undefined) return;
    const grownCodes = new Int32Array(size).fill(-1);
    grownCodes.set(codes);
    codes = grownCodes;
  };

  const addText = (row: number, text: string): void => {
    if (overflowRow !== undefined) return;
    let code = codeOf.get(text);
    if (code === undefined) {
      if (codeOf.size === CATEGORIES_MAX) {
        overflowRow = row;
        codes = undefined;
        codeOf.clear();
        return;
      }
      code = codeOf.size;
      codeOf.set(text, code);
    }
    codes ??= new Int32Array(numbers.length).fill(-1);
    codes[row - 1] = code;
  };

  const pushText = (row: number, text: string, isTyped: boolean): void => {
    if (text === '' || missingTokens.has(text)) return;
    const isPlainText = isTyped && kind !== 'numeric';
    const number = isPlainText ? undefined : parseNumber(text);
    const value = number ?? (isPlainText ? undefined : parseBoolean(text));
    if (value === undefined) {
      textCount += 1;
      firstText ??= { row, text };
    } else {
      if (number === undefined) booleanCount += 1;
      else numberCount += 1;
      if (kind !== 'categorical') numbers[row - 1] = value;
    }
    if (kind !== 'numeric') addText(row, text);
  };

  const pushNumber = (row: number, value: number): void => {
    if (Number.isNaN(value)) return;
    numberCount += 1;
    typedNumberCount += 1;
    if (kind === 'categorical') addText(row, String(value));
    else numbers[row - 1] = value;
  };

  const decide = (): ColumnKind => {
    if (kind !== undefined) return kind;
    const count = numberCount + booleanCount + textCount;
    if (count === 0) throw new BaselineError('column_without_values', `column ${quote(name)} has no values; ignore it`);
    if (textCount === 0) return 'numeric';
    // Where the format tells numbers from texts, both in one column are a mistake; in text, codes such as 7, 9E and AA are not.
    const isCodes = typedNumberCount === 0 && textCount + booleanCount >= TEXT_RATIO_MIN * count;
    return isCodes ? 'categorical' : mixed();
  };

  const mixed = (): never => {
    const { row, text } = firstText ?? { row: 0, text: '' };
    const advice = 'correct them, say which text means missing, or say that the column is categorical';
    const found = `${textCount} of its ${numberCount + booleanCount + textCount} values are no numbers, the first in row ${row}: ${quote(text)}`;
    throw new BaselineError('column_mixed', `column ${quote(name)} is numeric, but ${found}; ${advice}`);
  };

  return {
    push: (row, cell, isTyped) => {
      grow(row);
      switch (typeof cell) {
        case 'string':
          return pushText(row, cell, isTyped);
        case 'number':
          return pushNumber(row, cell);
        case 'boolean':
          return pushNumber(row, cell ? 1 : 0);
        case 'bigint':
          return pushNumber(row, exactNumber(cell, name, row));
        default:
          if (cell === null || cell === undefined) return undefined;
          throw new BaselineError(
            'value_unsupported',
            `column ${quote(name)}, row ${row}: a list or an object is no feature; ignore the column`,
          );
      }
    },
    finish: (rows) => {
      grow(rows);
      const decided = decide();
      if (decided === 'numeric') {
        if (textCount > 0) mixed();
        return { name, kind: 'numeric', values: checkedNumbers(numbers.subarray(0, rows), name) };
      }
      if (overflowRow !== undefined) {
        const message = `column ${quote(name)} has more than ${CATEGORIES_MAX} categories by row ${overflowRow}; group them, or ignore the column`;
        throw new BaselineError('categories_too_many', message);
      }
      const categories = checkedCategories([...codeOf.keys()], name);
      return { name, kind: 'categorical', categories, codes: (codes ?? new Int32Array(rows).fill(-1)).subarray(0, rows) };
    },
  };
}

function exactNumber(value: bigint, name: string, row: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  const message = `column ${quote(name)}, row ${row}: ${value} has no exact value as a number; ignore the column, or store it as a text`;
  throw new BaselineError('value_inexact', message);
}

function checkedNumbers(values: Float64Array, name: string): Float64Array {
  const index = values.findIndex((value) => value === Infinity || value === -Infinity);
  if (index === -1) return values;
  throw new BaselineError('value_not_finite', `column ${quote(name)}, row ${index + 1}: an infinite value has no bin; mark it as missing`);
}

function checkedCategories(categories: readonly string[], name: string): readonly string[] {
  const reserved = categories.find((category) => category === OTHER_BIN || category === UNSEEN_BIN);
  if (reserved !== undefined)
    throw new BaselineError('category_reserved', `column ${quote(name)}: the category ${quote(reserved)} is a reserved name`);
  const long = categories.find((category) => category.length > CATEGORY_CHARACTERS_MAX);
  if (long === undefined) return categories;
  const message = `column ${quote(name)}: ${quote(long)} has more than ${CATEGORY_CHARACTERS_MAX} characters; group it, or ignore the column`;
  throw new BaselineError('value_too_long', message);
}
