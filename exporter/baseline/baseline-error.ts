/** Why a baseline could not be made. One table for the package's messages, exit codes and tests. */
export type BaselineErrorCode =
  | 'file_unreadable'
  | 'file_unwritable'
  | 'format_unknown'
  | 'encoding_invalid'
  | 'gzip_invalid'
  | 'gzip_too_large'
  | 'csv_invalid'
  | 'json_lines_invalid'
  | 'parquet_invalid'
  | 'rows_none'
  | 'rows_too_many'
  | 'cells_too_many'
  | 'columns_too_many'
  | 'column_name_invalid'
  | 'column_missing'
  | 'column_without_values'
  | 'column_mixed'
  | 'value_unsupported'
  | 'value_not_finite'
  | 'value_inexact'
  | 'value_too_long'
  | 'category_reserved'
  | 'categories_too_many'
  | 'output_invalid'
  | 'ground_truth_invalid'
  | 'model_unexplainable'
  | 'option_invalid';

/** The data or the options do not make a baseline. The message names the file, the row and the column where it can. */
export class BaselineError extends Error {
  override readonly name = 'BaselineError';
  readonly code: BaselineErrorCode;

  constructor(code: BaselineErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
