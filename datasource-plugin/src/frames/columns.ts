import { createDataFrame, DataFrame, FieldConfig, FieldType, PreferredVisualisationType, QueryResultMetaNotice } from '@grafana/data';

/** What is not known: an empty cell, never 0 and never NaN. */
type Cell = string | number | boolean | null;

/** One field of a frame: its name is a promise to panels and boards, its value is read from a row of the answer. */
export interface Column<Row> {
  readonly name: string;
  readonly type: FieldType;
  readonly config: FieldConfig;
  readonly valueOf: (row: Row) => Cell;
}

type Told<T> = T | null | undefined;
type More = Omit<FieldConfig, 'description'>;

const column =
  <T extends Cell>(type: FieldType) =>
  <Row>(name: string, description: string, valueOf: (row: Row) => Told<T>, more: More = {}): Column<Row> => ({
    name,
    type,
    config: { ...more, description },
    valueOf: (row) => valueOf(row) ?? null,
  });

export const text = column<string>(FieldType.string);
export const truth = column<boolean>(FieldType.boolean);
/** Milliseconds since the epoch. */
export const time = column<number>(FieldType.time);
export const number = column<number>(FieldType.number);

/** How many of something; whole. */
export const COUNT: More = { unit: 'short', decimals: 0, min: 0 };
/** A share of something, 0 to 1. */
export const SHARE: More = { unit: 'percentunit', min: 0, max: 1 };

const MILLISECONDS = 1000;
/** Times of the API are seconds. */
export const toMilliseconds = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * MILLISECONDS;

export interface FrameForm<Row> {
  readonly refId: string;
  readonly name: string;
  readonly rows: readonly Row[];
  readonly columns: ReadonlyArray<Column<Row>>;
  readonly notices?: readonly QueryResultMetaNotice[];
  readonly shownAs?: PreferredVisualisationType;
}

/** Rows of an answer as a frame. */
export function frameOf<Row>({ refId, name, rows, columns, notices = [], shownAs = 'table' }: FrameForm<Row>): DataFrame {
  return createDataFrame({
    refId,
    name,
    meta: { preferredVisualisationType: shownAs, ...(notices.length === 0 ? {} : { notices: [...notices] }) },
    fields: columns.map(({ name, type, config, valueOf }) => ({ name, type, config, values: rows.map(valueOf) })),
  });
}
