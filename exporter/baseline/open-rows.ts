import { createHash } from 'node:crypto';
import path from 'node:path';
import { BaselineError } from './baseline-error.js';
import { csvRows } from './csv-rows.js';
import { fileBytes, fileText } from './file-text.js';
import { jsonLineRows } from './json-line-rows.js';
import { parquetRows } from './parquet-rows.js';
import type { Row, SourceFile } from './row.js';

const INFLATED_BYTES_MAX = 17_179_869_184;

export type RowFormat = 'csv' | 'tsv' | 'jsonl' | 'parquet';

export interface RowOptions {
  /** Taken from the file name unless given. */
  readonly format?: RowFormat;
  /** A Parquet file with more is refused before it is read; of others the collector counts the rows. */
  readonly rowsMax: number;
  readonly inflatedBytesMax?: number;
  /** Columns that are read; formats that can skip the others do. */
  isWanted(column: string): boolean;
}

export interface RowSource {
  readonly rows: AsyncIterable<Row>;
  /** Name, digest and row count, once the rows have been read to their end. */
  source(): SourceFile;
}

const FORMATS: ReadonlyMap<string, RowFormat> = new Map([
  ['.csv', 'csv'],
  ['.tsv', 'tsv'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.parquet', 'parquet'],
]);

/** Opens training data by the ending of its name: .csv, .tsv, .jsonl, .ndjson (each also with .gz) or .parquet. */
export function openRows(file: string, options: RowOptions): RowSource {
  const isGzip = file.endsWith('.gz');
  const ending = path.extname(isGzip ? file.slice(0, -3) : file).toLowerCase();
  const format = options.format ?? FORMATS.get(ending);
  if (format === undefined || (format === 'parquet' && isGzip)) {
    throw new BaselineError('format_unknown', `${file} ends in none of .csv, .tsv, .jsonl, .ndjson (each also with .gz) and .parquet`);
  }
  const hash = createHash('sha256');
  let digest: string | undefined;
  let count = 0;
  const readers: Readonly<Record<RowFormat, () => AsyncIterable<Row>>> = {
    csv: () => csvRows(text(), file, { delimiter: ',' }),
    tsv: () => csvRows(text(), file, { delimiter: '\t' }),
    jsonl: () => jsonLineRows(text(), file),
    parquet: () => parquetRows(file, options),
  };
  const text = (): AsyncGenerator<string> =>
    fileText(file, { hash, isGzip, inflatedBytesMax: options.inflatedBytesMax ?? INFLATED_BYTES_MAX });

  async function* rows(): AsyncGenerator<Row, void, undefined> {
    for await (const row of readers[format as RowFormat]()) {
      count += 1;
      yield row;
    }
    // Parquet is read here and there; its digest takes a pass of its own.
    if (format === 'parquet') for await (const chunk of fileBytes(file, hash)) void chunk;
    digest = `sha256:${hash.digest('hex')}`;
  }

  return {
    rows: rows(),
    source: () => {
      if (digest === undefined) throw new Error(`${file} was not read to its end`);
      return { name: path.basename(file), digest, rows: count };
    },
  };
}
