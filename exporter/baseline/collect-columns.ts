import { quote } from '../config/fault.js';
import { BaselineError } from './baseline-error.js';
import { columnReader } from './column.js';
import type { Column, ColumnKind, ColumnReader } from './column.js';
import type { Row } from './row.js';

export interface CollectOptions {
  isWanted(column: string): boolean;
  readonly kinds: ReadonlyMap<string, ColumnKind>;
  readonly missingTokens: ReadonlySet<string>;
  readonly rowsMax: number;
  readonly cellsMax: number;
}

const COLUMNS_MAX = 10_002;
const NAME_CHARACTERS_MAX = 128;

export interface Collected {
  readonly rows: number;
  /** In the order of their first appearance. */
  readonly columns: ReadonlyMap<string, Column>;
  /** Of all columns, those not wanted too, so that a mistyped one can be told from them. */
  readonly names: readonly string[];
}

/** Reads all rows into typed columns, for quantiles need all values. Memory: 8 to 12 bytes a cell, at most `cellsMax` cells. */
export async function collectColumns(rows: AsyncIterable<Row>, options: CollectOptions): Promise<Collected> {
  const readers = new Map<string, ColumnReader>();
  const names = new Set<string>();
  let planned: readonly string[] | undefined;
  let plan: readonly (ColumnReader | undefined)[] = [];
  let count = 0;
  for await (const { columns, cells, isTyped } of rows) {
    count += 1;
    if (count > options.rowsMax) {
      throw new BaselineError('rows_too_many', `there are more than ${options.rowsMax} rows; a baseline needs no more, so sample them`);
    }
    if (columns !== planned) {
      plan = columns.map((name) => readerOf(name, readers, options));
      planned = columns;
      for (const name of columns) if (names.size < COLUMNS_MAX) names.add(name);
    }
    if (count * readers.size > options.cellsMax) {
      throw new BaselineError(
        'cells_too_many',
        `there are more than ${options.cellsMax} values by row ${count}; sample the rows or ignore columns`,
      );
    }
    for (let index = 0; index < plan.length; index += 1) plan[index]?.push(count, cells[index], isTyped);
  }
  if (count === 0) throw new BaselineError('rows_none', 'there are no rows');
  const columns = new Map([...readers].map(([name, reader]) => [name, reader.finish(count)]));
  return { rows: count, columns, names: [...names] };
}

function readerOf(name: string, readers: Map<string, ColumnReader>, options: CollectOptions): ColumnReader | undefined {
  if (!options.isWanted(name)) return undefined;
  const known = readers.get(name);
  if (known !== undefined) return known;
  if (name === '' || name.length > NAME_CHARACTERS_MAX) {
    throw new BaselineError(
      'column_name_invalid',
      `the column name ${quote(name)} has none or more than ${NAME_CHARACTERS_MAX} characters`,
    );
  }
  if (readers.size === COLUMNS_MAX) throw new BaselineError('columns_too_many', `there are more than ${COLUMNS_MAX} columns`);
  const reader = columnReader(name, { kind: options.kinds.get(name), missingTokens: options.missingTokens });
  readers.set(name, reader);
  return reader;
}
