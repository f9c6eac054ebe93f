import type { ModelConfig } from '@modelwatch/core';
import { fromHalfBits } from '../models/open-inference/half.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import type { FeatureReader } from './feature-reader.js';

/** Where a tensor holds one feature: row `i` has it at `column + i * width`. */
export interface ColumnPlace {
  readonly column: number;
  readonly width: number;
}

/** Finds the column of a tensor that holds an input or a feature of the baseline by its name; undefined where it holds it not. */
export type FindColumn = (tensor: Tensor, isOnly: boolean, name: string) => ColumnPlace | undefined;

/**
 * The columns of a tensor have the names that the configuration gives them, else those of the baseline that the reader of the model finds; a tensor
 * of one column is one of its own name too. `features` are those of the baseline, in order.
 */
export function columnFinder(
  features: readonly { readonly name: string }[],
  reader: Pick<FeatureReader, 'featuresIn'>,
  configured?: Readonly<Record<string, readonly string[]>>,
): FindColumn {
  const places = new Map(features.map(({ name }, i) => [name, i]));
  return (tensor, isOnly, name) => {
    const named = configured !== undefined && Object.hasOwn(configured, tensor.name) ? configured[tensor.name] : undefined;
    const columns = named ?? reader.featuresIn(tensor.name, isOnly);
    const place = named === undefined ? places.get(name) : name;
    const column = place === undefined ? -1 : (columns as readonly (number | string)[]).indexOf(place);
    if (column >= 0) return { column, width: columns.length };
    // Of several columns none has the name of the tensor, and what the configuration names has the name that it says.
    return named === undefined && tensor.name === name && columnsIn(tensor) === 1 ? { column: 0, width: 1 } : undefined;
  };
}

/** Values a row: of [rows] one, of [rows, columns] as many as columns. */
function columnsIn({ shape }: Tensor): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/** The names that a configuration gives columns of tensors; a mapping names each feature by itself. */
export function namedColumns({ inputs, champion }: Pick<ModelConfig, 'inputs' | 'champion'>): ModelConfig['inputs'] {
  return champion.upstream?.mapping === undefined ? inputs : undefined;
}

/** The values of one feature in a request, by row. */
export interface ColumnValues {
  readonly rows: number;
  at(row: number): number | bigint | string | boolean;
}

/** The column of a request that holds an input or a feature; undefined where none does. */
export function columnOf(inputs: readonly Tensor[], name: string, find: FindColumn): ColumnValues | undefined {
  for (const tensor of inputs) {
    const place = find(tensor, inputs.length === 1, name);
    if (place === undefined) continue;
    const { data, datatype } = tensor;
    return {
      rows: Math.ceil((data.length - place.column) / place.width),
      at(row) {
        const value = data[place.column + row * place.width]!;
        if (datatype === 'BOOL') return value !== 0;
        return datatype === 'FP16' ? fromHalfBits(value as number) : value;
      },
    };
  }
  return undefined;
}
