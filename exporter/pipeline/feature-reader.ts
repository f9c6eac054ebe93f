import type { BaselineFeature } from '@modelwatch/core';
import { categoryDigest } from '../baseline/private-features.js';
import { parseBoolean, parseNumber } from '../baseline/number-token.js';
import { fromHalfBits } from '../models/open-inference/half.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import type { RowBuffer } from './row-buffer.js';

/** Where the value of one column of a tensor goes. */
interface ColumnTarget {
  /** Place among the baseline's features, or -1 where only slices take the value. */
  readonly feature: number;
  readonly isNumeric: boolean;
  /** How a text is put before it is looked up among categories; undefined: as it is. */
  readonly digest: ((value: string) => string) | undefined;
  /** Slices whose value this is. */
  readonly slices: readonly number[];
}

interface Columns {
  readonly targets: readonly (ColumnTarget | undefined)[];
  /** Whether the columns are the first features in their order, all numeric and no slices: then a row is copied as it is. */
  readonly isPlain: boolean;
}

function columnsTo(targets: Columns['targets']): Columns {
  return {
    targets,
    isPlain: targets.every((target, i) => target?.isNumeric === true && target.feature === i && target.slices.length === 0),
  };
}

/** Takes the values of one row. */
export type RowSink = Pick<RowBuffer, 'setNumber' | 'setNumbers' | 'setText' | 'setSlice'>;

/** Reads features and slices out of the tensors of requests. */
export interface FeatureReader {
  /** Rows of a request, never more than its values; undefined where its tensors do not agree on a number of rows. */
  rowsOf(tensors: readonly Tensor[]): number | undefined;
  /** Sets the features and slices of one row; what the request does not carry stays missing. Cost: about 10 ns a value. */
  readRow(tensors: readonly Tensor[], row: number, into: RowSink): void;
  /** Places of the features that the columns of a tensor hold; -1 for a column that holds none. */
  featuresIn(tensorName: string, isOnly: boolean): readonly number[];
  /** Features that no tensor of these names holds; empty where all are found. */
  missingFrom(tensorNames: readonly string[]): readonly string[];
}

export interface FeatureReaderOptions {
  readonly features: readonly Pick<BaselineFeature, 'name' | 'kind' | 'private'>[];
  /** Tensor name to the features of its columns, as configured; undefined where names and order say it. */
  readonly inputs: Readonly<Record<string, readonly string[]>> | undefined;
  /** The feature of each slice, in the order of the slices; undefined for a slice from a header. */
  readonly sliceFeatures: readonly (string | undefined)[];
}

/** Tensor names remembered; a client that makes up names costs a look-up each, not memory. */
const TENSORS_MAX = 1024;
const NO_COLUMNS: Columns = columnsTo([]);

/**
 * Makes a reader. Without configured inputs a tensor that is named as a feature holds it, and a single tensor of another name holds all
 * features in the order of the baseline.
 */
export function createFeatureReader({ features, inputs, sliceFeatures }: FeatureReaderOptions): FeatureReader {
  const indexByName = new Map(features.map(({ name }, index) => [name, index]));
  const digests = features.map(categoryDigest);
  const target = (name: string): ColumnTarget | undefined => {
    const feature = indexByName.get(name) ?? -1;
    const slices = sliceFeatures.flatMap((sliceFeature, index) => (sliceFeature === name ? [index] : []));
    if (feature < 0 && slices.length === 0) return undefined;
    return { feature, isNumeric: features[feature]?.kind === 'numeric', digest: digests[feature], slices };
  };
  const configured =
    inputs === undefined ? undefined : new Map(Object.entries(inputs).map(([tensor, names]) => [tensor, columnsTo(names.map(target))]));
  const allInOrder = columnsTo(features.map(({ name }) => target(name)));
  const cache = new Map<string, Columns | undefined>();

  const ownColumns = (tensor: string): Columns | undefined => {
    const known = cache.get(tensor);
    if (known !== undefined || cache.has(tensor)) return known;
    const own = target(tensor);
    const columns = own === undefined ? undefined : columnsTo([own]);
    if (cache.size < TENSORS_MAX) cache.set(tensor, columns);
    return columns;
  };
  const columnsOf = (tensor: string, isOnly: boolean): Columns => {
    if (configured !== undefined) return configured.get(tensor) ?? NO_COLUMNS;
    return ownColumns(tensor) ?? (isOnly ? allInOrder : NO_COLUMNS);
  };

  return {
    rowsOf(tensors) {
      let rows: number | undefined;
      for (const tensor of tensors) {
        // [1e9, 0] holds nothing and costs nothing to send: its rows are only a claim.
        if (tensor.data.length === 0 && tensor.shape[0] !== 0) continue;
        const width = columnsOf(tensor.name, tensors.length === 1).targets.length;
        const here = width === 0 ? (tensor.shape[0] ?? 1) : tensor.data.length / width;
        rows ??= here;
        if (here !== rows) return undefined;
      }
      return rows !== undefined && Number.isInteger(rows) ? rows : undefined;
    },
    readRow(tensors, row, buffer) {
      for (const tensor of tensors) readTensorRow(tensor, columnsOf(tensor.name, tensors.length === 1), row, buffer);
    },
    featuresIn: (tensorName, isOnly) => columnsOf(tensorName, isOnly).targets.map((column) => column?.feature ?? -1),
    missingFrom(tensorNames) {
      const held = new Set(
        tensorNames.flatMap((name) => columnsOf(name, tensorNames.length === 1).targets.map((column) => column?.feature ?? -1)),
      );
      return features.filter((_, index) => !held.has(index)).map(({ name }) => name);
    },
  };
}

function readTensorRow({ data, datatype }: Tensor, { targets, isPlain }: Columns, row: number, buffer: RowSink): void {
  let at = row * targets.length;
  if (isPlain && (datatype === 'FP32' || datatype === 'FP64')) {
    buffer.setNumbers(data as Float32Array | Float64Array, at, targets.length);
    return;
  }
  for (const column of targets) {
    const value = data[at++];
    if (column === undefined || value === undefined) continue;
    if (column.isNumeric) buffer.setNumber(column.feature, numberOf(value, datatype));
    else if (column.feature >= 0) buffer.setText(column.feature, digested(textOf(value, datatype), column.digest));
    for (const slice of column.slices) buffer.setSlice(slice, textOf(value, datatype) ?? undefined);
  }
}

/** A value as a number, text by the rule of baselines: NaN, which is missing, where it is none. */
function numberOf(value: number | bigint | string, datatype: Tensor['datatype']): number {
  if (typeof value === 'number') return datatype === 'FP16' ? fromHalfBits(value) : value;
  return typeof value === 'string' ? (parseNumber(value) ?? parseBoolean(value) ?? NaN) : Number(value);
}

/** What is missing, as an empty text is, has no digest. */
function digested(text: string | null, digest: ColumnTarget['digest']): string | null {
  return digest === undefined || text === null || text === '' ? text : digest(text);
}

/** A value as text; null, which is missing, for NaN. */
function textOf(value: number | bigint | string, datatype: Tensor['datatype']): string | null {
  if (typeof value !== 'number') return String(value);
  const number = datatype === 'FP16' ? fromHalfBits(value) : value;
  return Number.isNaN(number) ? null : String(number);
}

/** Value of the watched output for each row, or undefined where the answer does not hold one for each. */
export interface OutputReader {
  read(tensors: readonly Tensor[], rows: number): OutputColumn | undefined;
}

export interface OutputColumn {
  at(row: number): number;
  /** A copy of the first rows. */
  values(rows: number): Float64Array;
}

/** Whether a tensor holds something for each row: rows come first, but a single one may do without that dimension. */
function isByRow({ shape }: Tensor, rows: number): boolean {
  return shape[0] === rows || (rows === 1 && shape.length <= 1);
}

/** Reads the watched output: the named tensor and column, the last ones unless said otherwise. */
export function createOutputReader(tensorName: string | undefined, column: number | undefined): OutputReader {
  return {
    read(tensors, rows) {
      const tensor = tensorName === undefined ? tensors.at(-1) : tensors.find(({ name }) => name === tensorName);
      if (tensor === undefined || rows === 0) return undefined;
      const { data, datatype } = tensor;
      const width = data.length / rows;
      const offset = column ?? width - 1;
      if (!isByRow(tensor, rows) || !Number.isInteger(width) || offset < 0 || offset >= width) return undefined;
      const at = (row: number): number => {
        const value = data[row * width + offset];
        return value === undefined ? NaN : numberOf(value, datatype);
      };
      return {
        at,
        values(count) {
          const values = new Float64Array(count);
          for (let row = 0; row < count; row++) values[row] = at(row);
          return values;
        },
      };
    },
  };
}
