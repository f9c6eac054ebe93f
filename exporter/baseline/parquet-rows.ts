import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, SchemaTree } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { quote } from '../config/fault.js';
import { BaselineError } from './baseline-error.js';
import { checkedHeader } from './csv-rows.js';
import { isSystemError } from './file-text.js';
import type { Cell, Row } from './row.js';

/** The columns wanted of one row group are in memory at once. */
const GROUP_BYTES_MAX = 2_147_483_648n;

export interface ParquetOptions {
  readonly rowsMax: number;
  isWanted(column: string): boolean;
}

/** Values in the row order of the file, in as many pieces as it has pages. */
type ColumnPieces = { readonly start: number; readonly values: ArrayLike<Cell> }[];

/**
 * Rows of a Parquet file, read by row groups and by the wanted columns alone. 64-bit integers come as bigint, decimals as the nearest number,
 * dates and timestamps as seconds since the epoch.
 */
export async function* parquetRows(file: string, options: ParquetOptions): AsyncGenerator<Row, void, undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    yield* rowsOf(await bufferOf(handle), file, options);
  } catch (error) {
    if (error instanceof BaselineError) throw error;
    if (isSystemError(error)) throw new BaselineError('file_unreadable', `${file} cannot be read (${error.code})`, error);
    throw new BaselineError('parquet_invalid', `${file} is not a Parquet file that can be read: ${reasonOf(error)}`, error);
  } finally {
    await handle?.close();
  }
}

/** hyparquet's own sentence is of use; that of a TypeError within it is not. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.constructor === Error ? quote(error.message) : 'its content is damaged';

async function* rowsOf(buffer: AsyncBuffer, file: string, { rowsMax, isWanted }: ParquetOptions): AsyncGenerator<Row, void, undefined> {
  const metadata = await parquetMetadataAsync(buffer);
  if (metadata.num_rows > BigInt(rowsMax)) {
    throw new BaselineError('rows_too_many', `${file} has ${metadata.num_rows} rows, at most ${rowsMax} are read; sample it`);
  }
  const all = parquetSchema(metadata).children;
  const tree = all.filter(({ element }) => isWanted(element.name));
  const columns = checkedHeader(
    tree.map(({ element }) => element.name),
    file,
  );
  const names = [...new Set([...columns, ...all.map(({ element }) => element.name)])];
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    checkGroupSize(group, new Set(columns), file);
    const pieces = await readGroup(buffer, metadata, columns, start, start + rows);
    const cursors = tree.map((column) => cursorOf(pieces.get(column.element.name) ?? [], decimalScaleOf(column)));
    for (let row = start; row < start + rows; row += 1) {
      yield { number: row + 1, columns: names, cells: cursors.map((cellAt) => cellAt(row)), isTyped: true };
    }
    start += rows;
  }
}

function checkGroupSize(group: FileMetaData['row_groups'][number], columns: ReadonlySet<string>, file: string): void {
  let bytes = 0n;
  for (const { meta_data: chunk } of group.columns) {
    if (chunk !== undefined && columns.has(chunk.path_in_schema[0] ?? '')) bytes += chunk.total_uncompressed_size;
  }
  if (bytes <= GROUP_BYTES_MAX) return;
  throw new BaselineError(
    'parquet_invalid',
    `${file} has a row group of ${bytes} bytes, at most ${GROUP_BYTES_MAX} are read; write smaller groups`,
  );
}

async function readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<ReadonlyMap<string, ColumnPieces>> {
  const pieces = new Map<string, ColumnPieces>();
  if (columns.length === 0 || rowEnd === rowStart) return pieces;
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  await parquetRead({
    file,
    metadata,
    compressors,
    columns: [...columns],
    rowStart,
    rowEnd,
    parsers: {
      timestampFromMilliseconds: (value) => Number(value) / 1e3,
      timestampFromMicroseconds: (value) => Number(value) / 1e6,
      timestampFromNanoseconds: (value) => Number(value) / 1e9,
      dateFromDays: (days) => days * 86_400,
      stringFromBytes: (bytes) => utf8.decode(bytes),
      jsonFromBytes: (bytes) => utf8.decode(bytes),
    },
    onChunk: ({ columnName, columnData, rowStart: start }) => {
      const piece = { start, values: columnData as ArrayLike<Cell> };
      const known = pieces.get(columnName);
      if (known === undefined) pieces.set(columnName, [piece]);
      else known.push(piece);
    },
  });
  for (const list of pieces.values()) list.sort((a, b) => a.start - b.start);
  return pieces;
}

/** Values by ascending row. A row that no piece holds is a damaged file, for a missing value is null. */
function cursorOf(pieces: ColumnPieces, scale: number | undefined): (row: number) => Cell {
  let index = 0;
  return (row) => {
    let piece = pieces[index];
    while (piece !== undefined && row >= piece.start + piece.values.length) {
      index += 1;
      piece = pieces[index];
    }
    if (piece === undefined || row < piece.start) throw new Error('a column has fewer values than rows');
    const value = piece.values[row - piece.start];
    return scale !== undefined && typeof value === 'number' ? exactDecimal(value, scale) : value;
  };
}

/** hyparquet multiplies the unscaled integer by an inexact power of ten; dividing it gives the number nearest to the decimal. */
function exactDecimal(value: number, scale: number): number {
  const factor = 10 ** scale;
  const unscaled = Math.round(value * factor);
  return Number.isSafeInteger(unscaled) && scale <= 22 ? unscaled / factor : value;
}

const decimalScaleOf = ({ element }: SchemaTree): number | undefined =>
  element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL' ? (element.scale ?? 0) : undefined;

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      // A damaged footer may point anywhere.
      if (!(start >= 0 && end >= start && end <= size)) throw new Error('a position lies outside the file');
      const buffer = new ArrayBuffer(end - start);
      let done = 0;
      while (done < buffer.byteLength) {
        const { bytesRead } = await handle.read(new Uint8Array(buffer, done), 0, buffer.byteLength - done, start + done);
        if (bytesRead === 0) throw new Error('the file became shorter while it was read');
        done += bytesRead;
      }
      return buffer;
    },
  };
}
