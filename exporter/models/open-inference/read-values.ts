import { fail, succeed, type Result } from '../../errors.js';
import { allocate } from './allocate.js';
import { where, type Failure, type Place } from './form.js';
import { toHalfBits } from './half.js';
import { DATATYPES, type Datatype, type TensorData } from './tensor.js';

/** The values of a tensor as JSON gave them, in row-major order. */
export interface JsonValues {
  readonly values: readonly unknown[];
  /** The same values from a text whose long integers stand in quotes. Asked for only where a number of the first is beyond 2^53. */
  exactValues(): readonly unknown[] | undefined;
}

/** What a failed check returns in place of the index of the first bad value. */
const ALL_GOOD = -1;

/**
 * Turns JSON values into the data of a tensor, exactly: nothing is coerced, and what the datatype cannot hold is refused. `acceptInfinite` takes numbers too great for a float as infinities.
 */
export function readValues(datatype: Datatype, json: JsonValues, place: Place, acceptInfinite: boolean): Result<TensorData> {
  const { values } = json;
  if (datatype === 'BYTES') return readTexts(values, place);
  const { kind, min, max } = DATATYPES[datatype];
  const data = allocate(datatype, values.length);
  let bad: number;
  switch (kind) {
    case 'integer':
      bad = fillIntegers(data as Int32Array, values, min as number, max as number);
      break;
    case 'float': {
      const limit = acceptInfinite ? Infinity : (max as number);
      bad = datatype === 'FP16' ? fillHalves(data as Uint16Array, values, limit) : fillFloats(data as Float32Array, values, limit);
      break;
    }
    case 'boolean':
      bad = fillBooleans(data as Uint8Array, values);
      break;
    case 'big':
      bad = fillBigIntegers(data as BigInt64Array, json, min as bigint, max as bigint);
      break;
  }
  if (bad === ALL_GOOD) return succeed(data);
  // Written in digits and still refused: the double it was rounded to may lie inside the range.
  if (kind === 'big' && isUnsafe(values[bad]) && typeof json.exactValues()?.[bad] === 'string') {
    return outOfRange(datatype, place, bad);
  }
  return explain(datatype, values[bad], place, bad);
}

function readTexts(values: readonly unknown[], place: Place): Result<string[]> {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // A lone surrogate has no UTF-8: it would reach the model as another character.
    if (typeof value !== 'string' || !value.isWellFormed()) return explain('BYTES', value, place, i);
  }
  return succeed(values as string[]);
}

function fillFloats(data: Float32Array | Float64Array, values: readonly unknown[], limit: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number' && value <= limit && value >= -limit) data[i] = value;
    else if (value === null) data[i] = NaN;
    else return i;
  }
  return ALL_GOOD;
}

function fillHalves(data: Uint16Array, values: readonly unknown[], limit: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number' && value <= limit && value >= -limit) data[i] = toHalfBits(value);
    else if (value === null) data[i] = toHalfBits(NaN);
    else return i;
  }
  return ALL_GOOD;
}

function fillIntegers(data: Int32Array, values: readonly unknown[], min: number, max: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || value < min || value > max || !Number.isInteger(value)) return i;
    data[i] = value;
  }
  return ALL_GOOD;
}

function fillBooleans(data: Uint8Array, values: readonly unknown[]): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === true) data[i] = 1;
    else if (value !== false) return i;
  }
  return ALL_GOOD;
}

function fillBigIntegers(data: BigInt64Array, json: JsonValues, min: bigint, max: bigint): number {
  const { values } = json;
  let exactValues: readonly unknown[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || !Number.isInteger(value)) return i;
    let exact: bigint;
    if (Number.isSafeInteger(value)) exact = BigInt(value);
    else {
      exactValues ??= json.exactValues();
      const digits = exactValues?.[i];
      // Beyond 2^53 only plain digits say which integer is meant; `1e18` or `1.5e18` does not reach here as text.
      if (typeof digits !== 'string') return i;
      exact = BigInt(digits);
    }
    if (exact < min || exact > max) return i;
    data[i] = exact;
  }
  return ALL_GOOD;
}

function isUnsafe(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
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
