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

/** A tensor that is named so holds it; else the reader of the model says which column does. `features` are those of the baseline, in order. */
export function columnFinder(features: readonly { readonly name: string }[], reader: Pick<FeatureReader, 'featuresIn'>): FindColumn {
  const places = new Map(features.map(({ name }, i) => [name, i]));
  return (tensor, isOnly, name) => {
    if (tensor.name === name) return { column: 0, width: 1 };
    const place = places.get(name);
    if (place === undefined) return undefined;
    const columns = reader.featuresIn(tensor.name, isOnly);
    const column = columns.indexOf(place);
    return column < 0 ? undefined : { column, width: columns.length };
  };
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
