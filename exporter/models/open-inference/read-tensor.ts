import { fail, quoteInput, succeed, type Result } from '../../errors.js';
import { isObject, missingField, readName, readParameters, unknownField, where, type JsonObject, type Place } from './form.js';
import { DIMENSIONS_MAX } from './limits.js';
import { quoteLongIntegers } from './number-tokens.js';
import { readBinary } from './read-binary.js';
import { readValues, type Row } from './read-values.js';
import { elementCount, isDatatype, type Tensor, type TensorData } from './tensor.js';

/** What the tensors of one message are read from, and how far reading has come. */
export interface TensorSource extends Place {
  readonly text: string;
  /** Whether fields the protocol does not name are refused. */
  readonly strict: boolean;
  readonly acceptNonFinite: boolean;
  /** The bytes after the JSON part; undefined where the message has none. */
  readonly binary: Buffer | undefined;
  binaryAt: number;
  elementsLeft: number;
  /** The message once more, parsed with its long integers as text. */
  exactMessage?: JsonObject;
}

const FIELDS: ReadonlySet<string> = new Set(['name', 'datatype', 'shape', 'parameters', 'data']);

/** Reads the tensor that the source stands at. */
export function readTensor(form: unknown, source: TensorSource): Result<Tensor> {
  if (!isObject(form)) return fail('invalid_form', `${where(source)} must be an object`);
  if (source.strict) {
    const field = unknownField(form, FIELDS);
    if (field !== undefined) return fail('unknown_field', `${where(source)} has an unknown field ${quoteInput(field)}`);
  }
  const name = readName(form['name'], source);
  if (!name.ok) return name;
  const datatype = form['datatype'];
  if (!isDatatype(datatype)) {
    if (datatype === undefined) return missingField(source, 'datatype');
    return fail('invalid_form', `${where(source)}.datatype must be one of the protocol`);
  }
  const shape = readShape(form['shape'], source);
  if (!shape.ok) return shape;
  const head = { name: name.value, datatype, shape: shape.value.dimensions };
  const data = readData(form, head, shape.value.count, source);
  return data.ok ? succeed({ name: head.name, datatype, shape: head.shape, data: data.value }) : data;
}

interface Shape {
  readonly dimensions: readonly number[];
  readonly count: number;
}

function readShape(shape: unknown, source: TensorSource): Result<Shape> {
  if (!Array.isArray(shape))
    return shape === undefined ? missingField(source, 'shape') : fail('invalid_form', `${where(source)}.shape must be an array`);
  if (shape.length > DIMENSIONS_MAX) return fail('too_many_elements', `${where(source)}.shape may have ${DIMENSIONS_MAX} dimensions`);
  const tooMany = 'the tensors have more elements than allowed';
  for (let i = 0; i < shape.length; i++) {
    const dimension: unknown = shape[i];
    if (!Number.isInteger(dimension) || (dimension as number) < 0)
      return fail('invalid_form', `${where(source)}.shape[${i}] must be an integer from 0 on`);
    // Also where another dimension is 0: what runs the model may multiply in 64 bits.
    if ((dimension as number) > source.elementsLeft) return fail('too_many_elements', tooMany);
  }
  const dimensions = shape as number[];
  const count = elementCount(dimensions);
  if (count === undefined || count > source.elementsLeft) return fail('too_many_elements', tooMany);
  source.elementsLeft -= count;
  return succeed({ dimensions, count });
}

type Head = Pick<Tensor, 'datatype' | 'shape'>;

function readData(form: JsonObject, head: Head, count: number, source: TensorSource): Result<TensorData> {
  const parameters = readParameters(form['parameters'], source);
  if (!parameters.ok) return parameters;
  const size = parameters.value?.['binary_data_size'];
  const data = form['data'];
  if (size === undefined || size === null) {
    if (data === undefined || data === null) return missingField(source, 'data');
    return readJsonData(data, head, count, source);
  }
  if (data !== undefined && data !== null) return fail('invalid_form', `${where(source)} has both data and binary_data_size`);
  if (source.binary === undefined)
    return fail('bad_binary_size', `${where(source)} is binary, but Inference-Header-Content-Length is missing`);
  if (!Number.isSafeInteger(size) || (size as number) < 0) {
    return fail('bad_binary_size', `${where(source)}.parameters.binary_data_size must be an integer from 0 on`);
  }
  const end = source.binaryAt + (size as number);
  if (end > source.binary.length) return fail('bad_binary_size', `${where(source)} needs more binary data than the body has`);
  const bytes = source.binary.subarray(source.binaryAt, end);
  source.binaryAt = end;
  return readBinary(head.datatype, bytes, count, source);
}

function readJsonData(data: unknown, head: Head, count: number, source: TensorSource): Result<TensorData> {
  if (!Array.isArray(data)) return fail('invalid_form', `${where(source)}.data must be an array`);
  const rows = rowsOf(data as unknown[], head.shape, count);
  if (rows === undefined) return fail('shape_mismatch', `${where(source)}.data has not the shape it says`);
  let exact: readonly Row[] | undefined;
  const exactRows = () => {
    source.exactMessage ??= JSON.parse(quoteLongIntegers(source.text)) as JsonObject;
    const tensors = source.exactMessage[source.list] as readonly JsonObject[];
    exact ??= rowsOf(tensors[source.index]!['data'] as unknown[], head.shape, count);
    return exact;
  };
  return readValues(head.datatype, { rows, count, exactRows }, source, source.acceptNonFinite);
}

/** The innermost arrays, in row-major order, of one that is flat or nested exactly as the shape says; undefined where it is neither. */
function rowsOf(data: Row, shape: readonly number[], count: number): readonly Row[] | undefined {
  if (!Array.isArray(data[0])) return data.length === count ? [data] : undefined;
  const rows: Row[] = [];
  return appendRows(rows, data, shape, 0) ? rows : undefined;
}

function appendRows(rows: Row[], data: Row, shape: readonly number[], depth: number): boolean {
  if (data.length !== shape[depth]) return false;
  if (depth === shape.length - 1) {
    rows.push(data);
    return true;
  }
  for (let i = 0; i < data.length; i++) {
    const row = data[i];
    if (!Array.isArray(row) || !appendRows(rows, row as unknown[], shape, depth + 1)) return false;
  }
  return true;
}
