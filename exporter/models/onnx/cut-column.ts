import type { ColumnCut } from '../open-inference/messages.js';
import type { TensorData } from '../open-inference/tensor.js';

interface Outputs {
  readonly shapes: readonly (readonly number[])[];
  readonly data: readonly TensorData[];
}

/**
 * One column of each output, so that no more than is looked at crosses the process boundary: 50 MB would hold the event loop on the other side for
 * some 50 ms. Undefined where an output does not hold a value for each row, as `createOutputReader` has it: rows come first, but a single one may
 * do without that dimension.
 */
export function cutColumn({ shapes, data }: Outputs, { rows, column }: ColumnCut): Outputs | undefined {
  const columns: TensorData[] = [];
  for (let i = 0; i < data.length; i++) {
    const shape = shapes[i]!;
    const values = data[i]!;
    const width = values.length / rows;
    const offset = column ?? width - 1;
    const isByRow = shape[0] === rows || (rows === 1 && shape.length <= 1);
    if (!isByRow || !Number.isInteger(width) || offset < 0 || offset >= width) return undefined;
    columns.push(columnOf(values, { rows, width, offset }));
  }
  return { shapes: columns.map(() => [rows]), data: columns };
}

interface Place {
  readonly rows: number;
  readonly width: number;
  readonly offset: number;
}

function columnOf(values: TensorData, { rows, width, offset }: Place): TensorData {
  if (Array.isArray(values)) return Array.from({ length: rows }, (_, row) => values[row * width + offset]!);
  const own = new (values.constructor as Float64ArrayConstructor)(rows);
  for (let row = 0; row < rows; row++) own[row] = (values as Float64Array)[row * width + offset]!;
  return own;
}
