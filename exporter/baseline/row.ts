/** One value of a row as its reader found it. An object is a list, a mapping or bytes, which no feature may be. */
export type Cell = string | number | bigint | boolean | object | null | undefined;

/** One row of training data. */
export interface Row {
  /** 1-based among the rows of its file, a header not counted. */
  readonly number: number;
  /** Names of the cells. Rows alike share one array, so that what is planned by columns is planned once. */
  readonly columns: readonly string[];
  /** By column; a format that skips columns that are not wanted has none for those, and names them last. */
  readonly cells: readonly Cell[];
  /** Whether the format tells numbers from texts. CSV does not: there, kinds are inferred from all values of a column. */
  readonly isTyped: boolean;
}

/** Where rows came from, as it is recorded in a baseline. */
export interface SourceFile {
  readonly name: string;
  readonly digest: string;
  readonly rows: number;
}
