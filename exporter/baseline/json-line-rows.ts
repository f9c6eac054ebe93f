import { nestsDeeperThan } from '../json-depth.js';
import { BaselineError } from './baseline-error.js';
import type { Cell, Row } from './row.js';

const LINE_CHARACTERS_MAX = 1_048_576;
/** Values that no feature may have, such as lists, are let pass in columns that are ignored, to this depth. */
const DEPTH_MAX = 16;

/** Rows of JSON lines: an object a line, keyed by column. A key that a row does not have is a missing value. Empty lines are skipped. */
export async function* jsonLineRows(text: AsyncIterable<string>, file: string): AsyncGenerator<Row, void, undefined> {
  let columns: readonly string[] = [];
  let number = 0;
  for await (const { line, lineNumber } of lines(text, file)) {
    if (line.trim() === '') continue;
    const value = parseLine(line, `${file}:${lineNumber}`);
    const keys = Object.keys(value);
    if (!isSame(keys, columns)) columns = keys;
    number += 1;
    yield { number, columns, cells: Object.values(value), isTyped: true };
  }
}

async function* lines(text: AsyncIterable<string>, file: string): AsyncGenerator<{ readonly line: string; readonly lineNumber: number }> {
  let rest = '';
  let lineNumber = 0;
  for await (const chunk of text) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lineNumber += 1;
      yield { line, lineNumber };
    }
    if (rest.length > LINE_CHARACTERS_MAX) {
      throw new BaselineError('json_lines_invalid', `${file}:${lineNumber + 1}: a line has more than ${LINE_CHARACTERS_MAX} characters`);
    }
  }
  if (rest !== '') yield { line: rest, lineNumber: lineNumber + 1 };
}

function parseLine(line: string, place: string): Readonly<Record<string, Cell>> {
  if (nestsDeeperThan(line, DEPTH_MAX)) {
    throw new BaselineError('json_lines_invalid', `${place}: lists and objects nest deeper than ${DEPTH_MAX} levels`);
  }
  let value: unknown;
  try {
    value = JSON.parse(line) as unknown;
  } catch (error) {
    throw new BaselineError('json_lines_invalid', `${place}: not valid JSON`, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BaselineError('json_lines_invalid', `${place}: an object keyed by column is needed on each line`);
  }
  return value as Record<string, Cell>;
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index]);
