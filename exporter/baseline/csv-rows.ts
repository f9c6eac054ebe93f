import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { quote } from '../config/fault.js';
import { BaselineError } from './baseline-error.js';
import type { Row } from './row.js';

/** A record longer than this is a file without a closing quote rather than a row. */
const RECORD_CHARACTERS_MAX = 1_048_576;

export interface CsvOptions {
  readonly delimiter: string;
}

/**
 * Rows of comma-separated text with a header row (RFC 4180: quotes, quotes doubled, line breaks within quotes; LF, CRLF or CR). Every record
 * is as wide as the header; empty lines are skipped.
 */
export async function* csvRows(text: AsyncIterable<string>, file: string, { delimiter }: CsvOptions): AsyncGenerator<Row, void, undefined> {
  const parser = parse({ delimiter, max_record_size: RECORD_CHARACTERS_MAX, skip_empty_lines: true });
  const records = pipeline(Readable.from(text), parser, () => undefined) as AsyncIterable<readonly string[]>;
  let columns: readonly string[] | undefined;
  let number = 0;
  try {
    for await (const record of records) {
      if (columns === undefined) {
        columns = checkedHeader(record, file);
        continue;
      }
      number += 1;
      yield { number, columns, cells: record, isTyped: false };
    }
  } catch (error) {
    throw error instanceof CsvError ? csvError(error, file, columns?.length) : error;
  }
}

/** Column names: none empty, none twice. */
export function checkedHeader(names: readonly string[], file: string): readonly string[] {
  const seen = new Set<string>();
  names.forEach((name, index) => {
    const where = `column ${index + 1} of ${file}`;
    if (name === '') throw new BaselineError('column_name_invalid', `${where} has no name`);
    if (seen.has(name)) throw new BaselineError('column_name_invalid', `${where} has the name ${quote(name)} of an earlier one`);
    seen.add(name);
  });
  return names;
}

function csvError(error: CsvError, file: string, width: number | undefined): BaselineError {
  const context = error as CsvError & { readonly lines?: number; readonly records?: number; readonly record?: readonly string[] };
  const place = `${file}:${context.lines ?? 1}`;
  // An open quote takes in all lines to the end, so that the line reached says nothing; the records before it do.
  const record = context.records ? `row ${context.records}` : 'the header';
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
      const found = Array.isArray(context.record) ? context.record.length : 'another number of';
      return new BaselineError('csv_invalid', `${place}: ${width ?? 0} columns need as many values, got ${found}`, error);
    }
    case 'CSV_QUOTE_NOT_CLOSED':
      return new BaselineError('csv_invalid', `${file}: a quote opened in ${record} is not closed`, error);
    case 'CSV_MAX_RECORD_SIZE':
      return new BaselineError(
        'csv_invalid',
        `${file}: ${record} has more than ${RECORD_CHARACTERS_MAX} characters; is a quote left open?`,
        error,
      );
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return new BaselineError(
        'csv_invalid',
        `${place}: a quote stands within a value; values with quotes are quoted, their quotes doubled`,
        error,
      );
    default:
      return new BaselineError('csv_invalid', `${place}: not valid CSV (${error.code})`, error);
  }
}
