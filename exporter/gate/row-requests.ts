import { quote } from '../config/fault.js';
import type { Row } from '../baseline/row.js';
import { decodeInferRequest, type InferRequest, type TensorMetadata } from '../models/open-inference/index.js';
import { inferenceBody, planInputs, unfitColumn, type InputPlan } from '../replay/input-plan.js';
import { ReplayError } from '../replay/replay-error.js';
import { GateError } from './gate-error.js';

/** The request of a row for one model: what `modelwatch replay` would send for it. Throws `GateError` where a value does not fit. */
export type RequestOfRow = (row: Row, number: number) => InferRequest;

export interface RequestsOptions {
  readonly inputs: readonly TensorMetadata[];
  readonly columns: readonly string[];
  readonly inputColumns: ReadonlyMap<string, readonly string[]>;
  /** What a single input that is not named as a column holds, in order. */
  readonly features: readonly string[];
}

/**
 * Plans the requests of a model. An input holds the columns that are given for it, else the column of its name; a single input of another name holds
 * the features of the baseline.
 */
export function planRequests({ inputs, columns, inputColumns, features }: RequestsOptions): RequestOfRow {
  const own = new Map([...inputColumns].filter(([name]) => inputs.some((input) => input.name === name)));
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined && !own.has(only.name) && !columns.includes(only.name) && features.length > 0)
    own.set(only.name, features);
  const plan = planned(inputs, columns, own);
  return (row, number) => {
    const body = inferenceBody(plan, row, '');
    if (body === undefined) throw unfit(plan, row, columns, number);
    const decoded = decodeInferRequest(Buffer.from(body), { headerLength: undefined });
    if (!decoded.ok) throw new GateError(`row ${number}: ${decoded.error.message}`);
    return decoded.value;
  };
}

function planned(
  inputs: readonly TensorMetadata[],
  columns: readonly string[],
  wanted: ReadonlyMap<string, readonly string[]>,
): readonly InputPlan[] {
  try {
    return planInputs(inputs, columns, wanted);
  } catch (error) {
    if (error instanceof ReplayError) throw new GateError(error.message);
    throw error;
  }
}

function unfit(plan: readonly InputPlan[], row: Row, columns: readonly string[], number: number): GateError {
  const found = unfitColumn(plan, row);
  if (found === undefined) return new GateError(`row ${number}: a value fits no input`);
  const { column, datatype } = found;
  const cell = row.cells[column];
  const shown = typeof cell === 'object' && cell !== null ? 'a list or an object' : quote(String(cell));
  return new GateError(`row ${number}: the column ${quote(columns[column]!)} holds ${shown}, which is no ${datatype}`);
}
