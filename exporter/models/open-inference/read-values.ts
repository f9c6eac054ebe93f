import { fail, succeed, type Result } from '../../errors.js';
import { allocate } from './allocate.js';
import { where, type Failure, type Place } from './form.js';
import { toHalfBits } from './half.js';
import { DATATYPES, type Datatype, type TensorData } from './tensor.js';

export type Row = readonly unknown[];

/** The values of a tensor as JSON gave them: arrays that hold them in row-major order, `count` together. */
export interface JsonValues {
  readonly rows: readonly Row[];
  readonly count: number;
  /** The same arrays from a text whose long integers stand in quotes. Asked for only where a number of the first is beyond 2^53. */
  exactRows(): readonly Row[] | undefined;
}

/** What a check returns in place of the index of the first bad value of a row. */
const ALL_GOOD = -1;

/**
 * Turns JSON values into the data of a tensor, exactly: nothing is coerced, and what the datatype cannot hold is refused. `acceptInfinite` takes
 * numbers too great for a float as infinities.
 */
export function readValues(datatype: Datatype, json: JsonValues, place: Place, acceptInfinite: boolean): Result<TensorData> {
  const { rows, count } = json;
  if (datatype === 'BYTES') return readTexts(rows, place);
  const data = allocate(datatype, count);
  let at = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const bad = fillRow(datatype, data, at, json, i, acceptInfinite);
    if (bad !== ALL_GOOD) {
      // Written in digits and still refused: the double it was rounded to may lie inside the range.
      const inDigits = DATATYPES[datatype].kind === 'big' && isUnsafe(row[bad]) && typeof json.exactRows()?.[i]?.[bad] === 'string';
      if (inDigits) return outOfRange(datatype, place, at + bad);
      return explain(datatype, row[bad], place, at + bad);
    }
    at += row.length;
  }
  return succeed(data);
}

/** Writes the values of the row at `index` into `data` from `at` on. */
function fillRow(
  datatype: Exclude<Datatype, 'BYTES'>,
  data: TensorData,
  at: number,
  json: JsonValues,
  index: number,
  acceptInfinite: boolean,
): number {
  const row = json.rows[index]!;
  const { kind, min, max } = DATATYPES[datatype];
  switch (kind) {
    case 'integer':
      return fillIntegers(data as Int32Array, at, row, min as number, max as number);
    case 'float': {
      const limit = acceptInfinite ? Infinity : (max as number);
      return datatype === 'FP16' ? fillHalves(data as Uint16Array, at, row, limit) : fillFloats(data as Float32Array, at, row, limit);
    }
    case 'boolean':
      return fillBooleans(data as Uint8Array, at, row);
    case 'big':
      return fillBigIntegers(data as BigInt64Array, at, row, min as bigint, max as bigint, () => json.exactRows()?.[index]);
  }
}

function readTexts(rows: readonly Row[], place: Place): Result<string[]> {
  const texts: string[] = [];
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      const value = row[i];
      // A lone surrogate has no UTF-8: it would reach the model as another character.
      if (typeof value !== 'string' || !value.isWellFormed()) return explain('BYTES', value, place, texts.length);
      texts.push(value);
    }
  }
  return succeed(texts);
}

function fillFloats(data: Float32Array | Float64Array, at: number, row: Row, limit: number): number {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value === 'number' && value <= limit && value >= -limit) data[at + i] = value;
    else if (value === null) data[at + i] = NaN;
    else return i;
  }
  return ALL_GOOD;
}

function fillHalves(data: Uint16Array, at: number, row: Row, limit: number): number {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value === 'number' && value <= limit && value >= -limit) data[at + i] = toHalfBits(value);
    else if (value === null) data[at + i] = toHalfBits(NaN);
    else return i;
  }
  return ALL_GOOD;
}

function fillIntegers(data: Int32Array, at: number, row: Row, min: number, max: number): number {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value !== 'number' || value < min || value > max || !Number.isInteger(value)) return i;
    data[at + i] = value;
  }
  return ALL_GOOD;
}

function fillBooleans(data: Uint8Array, at: number, row: Row): number {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (value === true) data[at + i] = 1;
    else if (value !== false) return i;
  }
  return ALL_GOOD;
}

function fillBigIntegers(data: BigInt64Array, at: number, row: Row, min: bigint, max: bigint, exactRow: () => Row | undefined): number {
  let exactValues: Row | undefined;
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value !== 'number' || !Number.isInteger(value)) return i;
    let exact: bigint;
    if (Number.isSafeInteger(value)) exact = BigInt(value);
    else {
      exactValues ??= exactRow();
      const digits = exactValues?.[i];
      // Beyond 2^53 only plain digits say which integer is meant; `1e18` or `1.5e18` does not reach here as text.
      if (typeof digits !== 'string') return i;
      exact = BigInt(digits);
    }
    if (exact < min || exact > max) return i;
    data[at + i] = exact;
  }
  return ALL_GOOD;
}

function isUnsafe(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** What each datatype takes, for messages. */
function expected(datatype: Datatype): string {
  if (datatype === 'BYTES') return 'well-formed text';
  switch (DATATYPES[datatype].kind) {
    case 'boolean':
      return 'true or false';
    case 'float':
      return 'a number, or null for NaN';
    case 'integer':
      return 'an integer';
    case 'big':
      return 'an integer, beyond 2^53 written in digits';
  }
}

/** Says why a value was refused, without showing it. */
function explain(datatype: Datatype, value: unknown, place: Place, index: number): Failure {
  if (datatype !== 'BYTES' && typeof value === 'number') {
    const { kind, min, max } = DATATYPES[datatype];
    if ((value < min || value > max) && (kind === 'float' || Number.isInteger(value))) return outOfRange(datatype, place, index);
  }
  return fail('invalid_value', `${where(place)}.data[${index}] must be ${expected(datatype)}`);
}

function outOfRange(datatype: Datatype, place: Place, index: number): Failure {
  return fail('value_out_of_range', `${where(place)}.data[${index}] is out of the range of ${datatype}`);
}
