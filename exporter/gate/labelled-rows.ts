import { openRows } from '../baseline/open-rows.js';
import { parseBoolean, parseNumber, MISSING_TOKENS } from '../baseline/number-token.js';
import type { Cell, Row, SourceFile } from '../baseline/row.js';
import { quote } from '../config/fault.js';
import { nearestWord } from '../nearest-word.js';
import { createLabelGate, type LabelGate } from '../pipeline/label-gate.js';
import { GateError } from './gate-error.js';
import type { GatePlan, GateSlice } from './gate-plan.js';

/** One row of the labelled file, as the gate reads it. */
export interface LabelledRow {
  readonly row: Row;
  /** 1-based, over all files. */
  readonly number: number;
  readonly id: string;
  /** NaN where the row has no ground truth. */
  readonly truth: number;
  /** In the order of the slices; undefined where the value is missing. */
  readonly sliceValues: readonly (string | undefined)[];
}

export interface LabelledRows {
  readonly rows: AsyncIterable<LabelledRow>;
  /** Those of the plan whose column the files have; known from the first row on. */
  slices(): readonly GateSlice[];
  /** What was read, once it has been to its end. */
  sources(): readonly SourceFile[];
}

/** More rows say no more of a model, and an answer is awaited. */
export const GATE_ROWS_MAX = 1_000_000;
const SLICE_VALUES_MAX = 1000;

/**
 * The rows of labelled files, one after the other, checked: ground truth is 0 or 1 beside probabilities and a number beside estimates, an id is
 * there and stands once. Throws `GateError` with the file's row where one is not.
 */
export function readLabelledRows(plan: GatePlan): LabelledRows {
  const { files, format } = plan;
  const options = { isWanted: () => true, rowsMax: GATE_ROWS_MAX, ...(format === undefined ? {} : { format }) };
  const opened = files.map((file) => openRows(file, options));
  const rowOfId = new Map<string, number>();
  let layout: Layout | undefined;
  let number = 0;

  const read = (given: Row): LabelledRow => {
    layout ??= layoutOf(plan, given.columns);
    const row = arranged(given, layout.columns);
    const truth = truthOf(row.cells[layout.truth], plan, number);
    const sliceValues = layout.slices.map(({ index, gate }) => {
      const text = textOf(row.cells[index]);
      return text === undefined ? undefined : gate.admit(text);
    });
    if (layout.id === undefined) return { row, number, id: String(number), truth, sliceValues };
    const id = textOf(row.cells[layout.id]);
    if (id === undefined) throw new GateError(`row ${number}: there is no id in the column ${quote(layout.columns[layout.id]!)}`);
    const earlier = rowOfId.get(id);
    if (earlier !== undefined) throw new GateError(`row ${number}: the id ${quote(id)} stands already in row ${earlier}`);
    rowOfId.set(id, number);
    return { row, number, id, truth, sliceValues };
  };
  async function* rows(): AsyncGenerator<LabelledRow, void, undefined> {
    for (const source of opened) {
      for await (const row of source.rows) {
        number++;
        if (number > GATE_ROWS_MAX) throw new GateError(`there are more than ${GATE_ROWS_MAX} rows; sample them`);
        yield read(row);
      }
    }
    if (number === 0) throw new GateError('there are no rows');
  }
  return { rows: rows(), slices: () => layout?.slices ?? [], sources: () => opened.map((source) => source.source()) };
}

/** Where things stand in the first row, and so in every row: one that lacks a column lacks its value. */
interface Layout {
  readonly columns: readonly string[];
  readonly truth: number;
  readonly id: number | undefined;
  readonly slices: readonly (GateSlice & { readonly index: number; readonly gate: LabelGate })[];
}

function layoutOf({ groundTruthColumn, idColumn, slices }: GatePlan, columns: readonly string[]): Layout {
  return {
    columns,
    truth: indexOf(columns, groundTruthColumn),
    id: idColumn === undefined ? undefined : indexOf(columns, idColumn),
    slices: slices
      .filter(({ column, required }) => required || columns.includes(column))
      .map((slice) => ({ ...slice, index: indexOf(columns, slice.column), gate: createLabelGate(SLICE_VALUES_MAX) })),
  };
}

function arranged(row: Row, columns: readonly string[]): Row {
  if (row.columns === columns) return row;
  return { ...row, columns, cells: columns.map((column) => row.cells[row.columns.indexOf(column)]) };
}

function indexOf(columns: readonly string[], name: string): number {
  const index = columns.indexOf(name);
  if (index !== -1) return index;
  const near = nearestWord(name, columns);
  throw new GateError(`there is no column ${quote(name)}${near === undefined ? '' : `; did you mean ${quote(near)}?`}`);
}

function truthOf(cell: Cell, { groundTruthColumn, model }: GatePlan, number: number): number {
  const text = textOf(cell);
  if (text === undefined) return NaN;
  const value = parseNumber(text) ?? parseBoolean(text);
  const wanted = model.output.kind === 'regression' ? 'a number' : '0 or 1';
  const isRight = value !== undefined && (model.output.kind === 'regression' ? Number.isFinite(value) : value === 0 || value === 1);
  if (isRight) return value;
  throw new GateError(`row ${number}: ground truth in the column ${quote(groundTruthColumn)} is ${wanted}, got ${quote(text)}`);
}

/** A cell as text; undefined where it is missing. */
function textOf(cell: Cell): string | undefined {
  if (cell === null || cell === undefined || (typeof cell === 'number' && Number.isNaN(cell))) return undefined;
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
  return MISSING_TOKENS.includes(text) ? undefined : text;
}
