import { quote } from '../config/fault.js';
import { MISSING_TOKENS, parseNumber } from '../baseline/number-token.js';
import type { Cell, Row } from '../baseline/row.js';
import { ReplayError } from './replay-error.js';

/** An input of the model, as its metadata says. */
export interface InputMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Which columns make an input, and everything of its JSON that is the same for each row. */
export interface InputPlan {
  readonly head: string;
  readonly datatype: string;
  readonly columns: readonly number[];
}

/**
 * Finds the columns of each input: those named in `wanted`, else the column of its name. Throws where there are none: a model fed with
 * missing values would answer all the same.
 */
export function planInputs(
  inputs: readonly InputMetadata[],
  columns: readonly string[],
  wanted: ReadonlyMap<string, readonly string[]>,
): readonly InputPlan[] {
  for (const name of wanted.keys()) {
    if (!inputs.some((input) => input.name === name)) throw new ReplayError(`the model has no input ${quote(name)}`);
  }
  return inputs.map(({ name, datatype, shape }) => {
    const names = wanted.get(name) ?? [name];
    const indexes = names.map((column) => columns.indexOf(column));
    const absent = indexes.indexOf(-1);
    if (absent !== -1) {
      const advice = wanted.has(name) ? '' : `; --input ${name}=column,... says which columns it holds`;
      throw new ReplayError(`there is no column ${quote(names[absent]!)} for the input ${quote(name)}${advice}`);
    }
    const ofRow = shape.length === 1 && names.length === 1 ? [1] : [1, names.length];
    const head = `{"name":${JSON.stringify(name)},"datatype":${JSON.stringify(datatype)},"shape":${JSON.stringify(ofRow)},"data":[`;
    return { head, datatype, columns: indexes };
  });
}

/** The body of the inference request of one row; undefined where a cell does not fit its datatype. */
export function inferenceBody(plan: readonly InputPlan[], row: Row, id: string): string | undefined {
  const inputs: string[] = [];
  for (const { head, datatype, columns } of plan) {
    const values = columns.map((column) => cellJson(row.cells[column], datatype));
    if (values.includes(undefined)) return undefined;
    inputs.push(`${head}${values.join(',')}]}`);
  }
  return `{"id":${JSON.stringify(id)},"inputs":[${inputs.join(',')}]}`;
}

/** The first column whose cell does not fit its datatype: why a row has no body. */
export function unfitColumn(plan: readonly InputPlan[], row: Row): { readonly column: number; readonly datatype: string } | undefined {
  for (const { datatype, columns } of plan) {
    for (const column of columns) if (cellJson(row.cells[column], datatype) === undefined) return { column, datatype };
  }
  return undefined;
}

const INTEGER = /^\s*[+-]?\d+\s*$/;

/** A cell as JSON text. Text, not a number: an INT64 beyond 2^53 keeps all its digits. A missing number is null, a missing text is empty. */
function cellJson(cell: Cell, datatype: string): string | undefined {
  if (typeof cell === 'object' && cell !== null) return undefined;
  const text = cell === null || cell === undefined ? '' : String(cell);
  if (datatype === 'BYTES') return JSON.stringify(text);
  if (MISSING_TOKENS.includes(text)) return 'null';
  if (datatype === 'BOOL') return booleanJson(text);
  if (INTEGER.test(text)) return BigInt(text.trim().replace(/^\+/, '')).toString();
  const number = parseNumber(text);
  return number === undefined || !Number.isFinite(number) ? undefined : JSON.stringify(number);
}

function booleanJson(text: string): string | undefined {
  if (/^(?:true|1)$/i.test(text)) return 'true';
  return /^(?:false|0)$/i.test(text) ? 'false' : undefined;
}
